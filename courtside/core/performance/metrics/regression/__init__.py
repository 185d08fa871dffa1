"""The metrics of predicted values and of their intervals: every module that holds a `METRIC` is one."""
