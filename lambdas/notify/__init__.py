"""Pass alerts on to a channel."""
