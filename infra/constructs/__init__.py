"""One construct per capability; inputs are keyword-only resources, never names."""
