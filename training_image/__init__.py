"""The training container: the one process that fits models."""
