"""A request is kept as it arrived, so that its signature can be verified."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs


@dataclass(frozen=True, slots=True)
class Request:
    """Everything of a request except its body; names in `headers` are in lower case."""

    method: str
    raw_path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]

    @classmethod
    def read(cls, method: str, raw_path: bytes, query: bytes, headers: Sequence[tuple[bytes, bytes]]) -> "Request":
        """Read a request from an ASGI scope; a repeated header counts as one, whose values are joined by commas."""
        joined: dict[str, str] = {}
        for raw, value in headers:
            name, text = raw.decode("latin-1").lower(), _text(value)
            joined[name] = f"{joined[name]},{text}" if name in joined else text
        parsed = parse_qs(query.decode("utf-8", "replace"), keep_blank_values=True)
        return cls(method, raw_path.decode("latin-1"), parsed, joined)

    def names(self, *names: str) -> bool:
        """Return whether the query has one of the parameters, however it is spelled."""
        return not {name.lower() for name in names}.isdisjoint(name.lower() for name in self.query)

    def single(self, name: str) -> str:
        """Return a query parameter that occurs exactly once in any spelling; empty otherwise."""
        spelled = [other for other in self.query if other.lower() == name.lower()]
        values = self.query.get(name, [])
        return values[0] if len(values) == len(spelled) == 1 else ""


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")
