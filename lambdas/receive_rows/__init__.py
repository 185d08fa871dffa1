"""Take in the files of rows that arrived, on schedule."""
