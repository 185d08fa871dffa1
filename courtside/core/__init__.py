"""The pure part: games, features, training, drift, gate and decision.

No AWS, MLflow, console, clock or randomness of its own.
"""
