"""How the deployment is tried and described: programs beside the files that they check or write."""
