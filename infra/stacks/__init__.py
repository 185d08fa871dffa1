"""Three stacks: data survives everything, tracking and pipeline can be rebuilt from code."""
