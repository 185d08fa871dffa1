"""Every address that an embedded AWS listens on authenticates its callers and answers only the owner."""
