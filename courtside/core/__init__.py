"""The pure part: games, features, training, drift, gate and decision, without AWS, MLflow, clock or randomness of its own."""
