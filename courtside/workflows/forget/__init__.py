"""Erase what a person asks to have erased: every row about an id, wherever the stage keeps one."""
