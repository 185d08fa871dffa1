"""The story of a report: trends by sub-window, the beginning of the drift, features that moved together, and weights.

The records are in `reports.trends`, which the report imports; `telling` adds them to a report.
"""
