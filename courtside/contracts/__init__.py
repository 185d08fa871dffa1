"""What both sides of a boundary agree on: names, lake layout, environment models, payloads, errors."""
