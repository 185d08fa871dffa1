"""The training container is the only process that fits models."""
