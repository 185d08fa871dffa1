"""The one base error; every expected failure in Courtside is a subclass that carries its data."""

from courtside.contracts.secrecy import without_secrets


class CourtsideError(Exception):
    """An expected failure whose message says what to do about it; no message shows the secrets of an address."""

    def __init__(self, message: str = "") -> None:
        super().__init__(without_secrets(message))


class BadInput(CourtsideError):
    """What the caller handed in cannot be used; commands exit with 2."""


class InputMismatch(BadInput):
    """What was asked for takes an input other than the one given."""
