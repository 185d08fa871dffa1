"""What `import courtside` offers: the commands for files as functions, on frames as well as on files."""
