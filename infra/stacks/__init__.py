"""There are three stacks: data survives everything, and tracking and pipeline can be rebuilt from code."""
