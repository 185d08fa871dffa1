"""The parts of `benchmarks/training.py`: the rows, the tracking server, and the contenders."""
