"""`benchmarks/drift.py` consists of these parts: tables, contenders, and processes that measure them."""
