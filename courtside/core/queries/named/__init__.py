"""The queries that ship: every module of this package that declares a `QUERY` is one, and nothing else is needed."""

from collections.abc import Iterable

from courtside.contracts.discovery import declared_in
from courtside.core.queries.named_query import NamedQuery


class QueryTwice(ValueError):
    """Two modules give their queries the same name, so that nobody could ask for the second."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"two queries are called {name}; rename one of them")


def by_name(queries: Iterable[NamedQuery]) -> dict[str, NamedQuery]:
    """Return queries by name, in the order in which they are listed; raises `QueryTwice`."""
    found: dict[str, NamedQuery] = {}
    for query in sorted(queries, key=lambda each: (each.order, each.name)):
        if query.name in found:
            raise QueryTwice(query.name)
        found[query.name] = query
    return found


NAMED = by_name(declared_in(__name__, __path__, name="QUERY", kind=NamedQuery))
"""All of them."""

__all__ = ["NAMED", "NamedQuery", "QueryTwice", "by_name"]
