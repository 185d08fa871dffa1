"""The one base error; every expected failure in Courtside is a subclass that carries its data."""


class CourtsideError(Exception):
    """An expected failure whose message says what to do about it."""


class BadInput(CourtsideError):
    """What the caller handed in cannot be used; commands exit with 2."""
