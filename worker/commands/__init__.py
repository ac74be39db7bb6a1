"""What a person types: one module a command or a family of commands; what they share stands beside them."""
