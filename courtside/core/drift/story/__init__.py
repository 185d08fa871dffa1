"""The story of a report: trends by sub-window, when the drift began, what moves together, how much of it matters.

The records lie in `records`, which the report imports; `telling` puts them into a report.
"""
