"""The whole loop, end to end, on the embedded AWS: one class a concern, one method a step."""
