"""Pass alerts on to Slack."""
