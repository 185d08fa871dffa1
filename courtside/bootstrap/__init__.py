"""Environment models → wired workflows: the one place that picks adapters for the deployed processes.

Each workflow's own imports are local, so that a process loads what it runs and nothing else.
"""
