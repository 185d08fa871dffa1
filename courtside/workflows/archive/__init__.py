"""The archive as people query it: read, derived from records, and merged into fewer files."""
