"""Use cases, written over ports: what Courtside does, whatever stores and sends for it."""
