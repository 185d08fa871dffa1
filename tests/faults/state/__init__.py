"""What the stage keeps was moved, deleted, cut or corrupted, or two people act on it at once."""
