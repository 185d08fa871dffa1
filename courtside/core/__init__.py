"""The pure part: games, features, training, drift, gate and decision.

It uses no AWS, MLflow, console, clock or randomness of its own.
"""
