"""What a query that ships says of itself."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedQuery:
    """A query that ships: its name, the question it answers, and its SQL, which is Athena's.

    The SQL need not speak of models or days, because a command narrows every table to those that were asked for. Where
    a row matters to days after its own, as that of a champion does, its table stands in `undated` and is not narrowed
    by days; the SQL then compares with ``:start`` and ``:end``, which become dates. `order` is its place in the list.
    """

    name: str
    answers: str
    sql: str
    order: int
    undated: frozenset[str] = frozenset()
