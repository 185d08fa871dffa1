"""What can be wrong with a games table, one named error each; every message says which rows and what to do.

Row numbers count data rows as a person sees them: row 1 is the first row after the header.
"""

from collections.abc import Mapping, Sequence

from courtside.contracts.errors import BadInput
from courtside.core.sentences import plural

SHOWN_ROWS = 5


def describe_rows(rows: Sequence[int]) -> str:
    """Name the first five rows and the total: ``rows 3, 8, 9, 12, 15 and 40 more (45 rows)``."""
    shown = ", ".join(map(str, rows[:SHOWN_ROWS]))
    if len(rows) > SHOWN_ROWS:
        return f"rows {shown} and {len(rows) - SHOWN_ROWS} more ({len(rows)} rows)"
    return f"row {shown}" if len(rows) == 1 else f"rows {shown} ({len(rows)} rows)"


class GamesInvalid(BadInput):
    """A games table cannot be used; `source` names it, `rows` are the 1-based data rows at fault.

    `row_reason` says in a few words what is wrong with each of these rows; it is empty where the whole table is wrong.
    """

    row_reason = ""

    def __init__(self, source: str, problem: str, *, rows: Sequence[int] = ()) -> None:
        self.source = source
        self.rows = tuple(rows)
        super().__init__(f"{source}: {problem}")


class GamesFileMissing(GamesInvalid):
    """The file does not exist."""

    def __init__(self, source: str) -> None:
        super().__init__(source, "there is no such file; check the path given for the games")


class GamesFileUnsupported(GamesInvalid):
    """The file's name does not end in a format Courtside reads."""

    def __init__(self, source: str) -> None:
        super().__init__(source, "cannot tell its format; give a file ending in .csv, .csv.gz or .parquet")


class GamesFileForeign(GamesInvalid):
    """The file has a well-known format of something that is no table; `words` say which and what to do."""

    def __init__(self, source: str, words: str) -> None:
        self.words = words
        super().__init__(source, words)


class GamesFileCorrupt(GamesInvalid):
    """The file's bytes are not what its name says."""

    def __init__(self, source: str, *, expected: str, detail: str) -> None:
        self.expected = expected
        self.detail = detail
        super().__init__(
            source, f"is not a readable {expected} file ({detail}); fetch or write it again, or correct its name"
        )


class GamesEmpty(GamesInvalid):
    """The table holds no game."""

    def __init__(self, source: str) -> None:
        super().__init__(source, "holds no games; give a table with a header and one row per game")


class GamesRowsMalformed(GamesInvalid):
    """Rows with more or fewer cells than the header."""

    row_reason = "more or fewer cells than the header"

    def __init__(self, source: str, *, rows: Sequence[int], expected: int) -> None:
        self.expected = expected
        super().__init__(
            source,
            f"{describe_rows(rows)}: not the header's {expected} cells; complete, quote or delete what is cut off",
            rows=rows,
        )


class GamesColumnsMissing(GamesInvalid):
    """Columns are missing, or go by another name (`renamed` maps what is missing to what looks like it)."""

    def __init__(
        self, source: str, *, missing: Sequence[str], renamed: Mapping[str, str], found: Sequence[str]
    ) -> None:
        self.missing = tuple(missing)
        self.renamed = dict(renamed)
        self.found = tuple(found)
        parts = [f"column {have!r} looks like {want!r}; rename it" for want, have in renamed.items()]
        absent = [repr(name) for name in missing if name not in renamed]
        if absent:
            header = ", ".join(found)
            parts.append(
                f"missing column{'s' * (len(absent) > 1)} {', '.join(absent)}; "
                f"add {'them' if len(absent) > 1 else 'it'} (found: {header})"
            )
        if any(mark in name for name in found for mark in ";\t|"):
            parts.append("the header is not separated by commas; write the file with commas")
        super().__init__(source, ". ".join(parts))


class GamesColumnsRepeated(GamesInvalid):
    """A required column appears twice."""

    def __init__(self, source: str, *, repeated: Sequence[str]) -> None:
        self.repeated = tuple(repeated)
        names = ", ".join(map(repr, repeated))
        appear = "appears more than once; keep one" if len(repeated) == 1 else "appear more than once; keep one of each"
        super().__init__(source, f"{plural('column', repeated)} {names} {appear}")


class GamesColumnInvalid(GamesInvalid):
    """Base of the errors about the values of one column."""

    def __init__(self, source: str, column: str, problem: str, *, rows: Sequence[int] = ()) -> None:
        self.column = column
        super().__init__(source, f"column {column!r}: {problem}", rows=rows)


class GamesValueMissing(GamesColumnInvalid):
    """Empty cells where every game needs a value."""

    def __init__(self, source: str, column: str, *, rows: Sequence[int]) -> None:
        super().__init__(source, column, f"{describe_rows(rows)}: no value; fill it in or delete the row", rows=rows)
        self.row_reason = f"no {column}"


class GamesTypeWrong(GamesColumnInvalid):
    """Values that are not of the column's type."""

    def __init__(self, source: str, column: str, *, expected: str, rows: Sequence[int], samples: Sequence[str]) -> None:
        self.expected = expected
        self.samples = tuple(samples)
        seen = ", ".join(map(repr, samples))
        super().__init__(
            source,
            column,
            f"{describe_rows(rows)}: found {seen} where {expected} belongs; correct or delete the row",
            rows=rows,
        )
        self.row_reason = f"something other than {expected} in {column}"


class GamesDateUnparseable(GamesTypeWrong):
    """Dates that cannot be read."""


class GamesDuplicated(GamesInvalid):
    """One game_id with different contents; `sharing` are all rows with such an id, also the first ones."""

    row_reason = "the game_id of another row with other values"

    def __init__(self, source: str, *, rows: Sequence[int], game_ids: Sequence[str], sharing: Sequence[int]) -> None:
        self.game_ids = tuple(game_ids)
        self.sharing = tuple(sharing)
        ids = ", ".join(map(repr, self.game_ids[:SHOWN_ROWS]))
        super().__init__(
            source,
            f"{describe_rows(rows)}: game_id {ids} was already used for a different game; "
            "give each game its own id, or delete the wrong row",
            rows=rows,
        )


class GamesTeamPlaysItself(GamesInvalid):
    """The home team is the away team."""

    row_reason = "a team that plays itself"

    def __init__(self, source: str, *, rows: Sequence[int]) -> None:
        super().__init__(
            source, f"{describe_rows(rows)}: a team plays itself; correct home_team or away_team", rows=rows
        )


class GamesScoreNegative(GamesInvalid):
    """A negative score."""

    row_reason = "negative points"

    def __init__(self, source: str, *, rows: Sequence[int]) -> None:
        super().__init__(
            source, f"{describe_rows(rows)}: negative points; correct home_points or away_points", rows=rows
        )


class GamesScoreTied(GamesInvalid):
    """Equal scores: no game ends with them, and it would have no winner to learn from."""

    row_reason = "equal scores"

    def __init__(self, source: str, *, rows: Sequence[int]) -> None:
        super().__init__(
            source,
            f"{describe_rows(rows)}: equal scores; enter the final score, or delete games not yet played",
            rows=rows,
        )


class GamesSeasonShort(GamesInvalid):
    """A season that is over has far too few games."""

    def __init__(self, source: str, *, season: int, games: int, minimum: int, rows: Sequence[int]) -> None:
        self.season = season
        self.games = games
        self.minimum = minimum
        super().__init__(
            source,
            f"season {season} has {games} games ({describe_rows(rows)}), fewer than {minimum}; "
            "add its missing games or delete the season",
            rows=rows,
        )


class GamesTooOdd(GamesInvalid):
    """So many rows are odd that the table as a whole must be wrong."""

    def __init__(self, source: str, *, rows: Sequence[int], total: int, reasons: Mapping[str, int], hint: str) -> None:
        self.total = total
        self.reasons = dict(reasons)
        listed = ", ".join(f"{reason}: {count}" for reason, count in reasons.items())
        super().__init__(
            source, f"{len(rows)} of {total} rows are odd ({listed}; {describe_rows(rows)}); {hint}", rows=rows
        )
