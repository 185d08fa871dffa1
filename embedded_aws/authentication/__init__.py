"""Authentication before every address that an embedded AWS listens on: it answers its owner and nobody else."""
