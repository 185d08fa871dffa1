"""How well a model's predictions did: judging windows, keeping what was said, and telling it."""
