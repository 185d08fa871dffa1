"""The metrics of several classes: every module that holds a `METRIC` is one."""
