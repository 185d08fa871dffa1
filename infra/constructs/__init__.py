"""Each construct is one capability; its inputs are keyword-only resources, never names."""
