"""Which rows could not be predicted."""

from datetime import date

from courtside.contracts.versioned import Versioned


class UnpredictableRows(Versioned):
    """Rows that the champion could not predict as of a day and that nobody had been told of.

    `reasons` count the `rows` by the reason and the file that they lie in.
    """

    model: str
    as_of: date
    champion: str
    rows: int
    reasons: tuple[tuple[str, str, int], ...]
