"""Run the whole loop, end to end, on the embedded AWS: one class for each concern, one method for each step."""
