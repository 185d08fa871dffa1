"""A report tells what a check found, with its trends and its sentences."""
