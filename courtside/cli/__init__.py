"""The `courtside` command: parse, call a workflow, print."""
