"""Examines a machine, an account and a deployed stage; every check only reads."""
