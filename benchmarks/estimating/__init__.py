"""`benchmarks/estimates.py` consists of these parts: the rows, the contenders, and the process that measures one."""
