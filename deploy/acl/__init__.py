"""Who may do what on the server? `users.acl`, and the passwords of its users."""
