"""Load the files of rows that arrived, on schedule."""
