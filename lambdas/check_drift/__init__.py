"""Compare a window with the champion's reference, on schedule."""
