"""How can a compose file be tried where no container engine runs? Its services as processes in namespaces."""
