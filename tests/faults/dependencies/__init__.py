"""What the stage depends on is away, slow, full, throttled or answers nonsense."""
