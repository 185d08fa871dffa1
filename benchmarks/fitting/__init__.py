"""`benchmarks/training.py` consists of these parts: the rows, the tracking server, and the contenders."""
