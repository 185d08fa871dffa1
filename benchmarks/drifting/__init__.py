"""Parts of `benchmarks/drift.py`: tables, contenders, and processes that measure them."""
