"""The dashboard: what the archives, the ledger and the lake say, put together for the pages, and the pages built."""

from courtside.workflows.dashboard.dashboard import Dashboard

__all__ = ["Dashboard"]
