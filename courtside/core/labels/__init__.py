"""Labels: what becomes known about rows, often long after they were predicted."""
