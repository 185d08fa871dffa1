"""What a check found: the report, the trends in it, and its sentences."""
