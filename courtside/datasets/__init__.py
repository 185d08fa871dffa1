"""Dataset contracts that ship with Courtside, and the simulator of its default input."""
