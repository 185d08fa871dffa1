"""The Lambda functions: one verb-named folder each, all in one image."""
