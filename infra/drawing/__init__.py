"""The architecture's drawing, made from the synthesized templates."""
