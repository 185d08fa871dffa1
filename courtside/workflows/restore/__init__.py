"""Bring what a stage keeps back to one moment, from what AWS keeps of each store."""
