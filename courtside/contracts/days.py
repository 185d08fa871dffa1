"""Days as people write them."""

from datetime import date

from courtside.contracts.errors import BadInput


class NotADay(BadInput):
    """A date was not written as YYYY-MM-DD."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(f"{text!r} is not a day: write it as YYYY-MM-DD, for example 2010-07-01")


def parse_day(text: str) -> date:
    """Read YYYY-MM-DD; raises `NotADay`."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise NotADay(text) from error
