"""These tests deploy the real app and run it."""
