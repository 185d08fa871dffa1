"""A request as it arrived, for those who verify it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs


@dataclass(frozen=True, slots=True)
class Request:
    """Everything of a request but its body; names of `headers` are in lower case."""

    method: str
    raw_path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]

    @classmethod
    def read(cls, method: str, raw_path: bytes, query: bytes, headers: Sequence[tuple[bytes, bytes]]) -> "Request":
        """Read a request of an ASGI scope; a header that is repeated counts as one, its values joined by commas."""
        joined: dict[str, str] = {}
        for raw, value in headers:
            name, text = raw.decode("latin-1").lower(), _text(value)
            joined[name] = f"{joined[name]},{text}" if name in joined else text
        parsed = parse_qs(query.decode("utf-8", "replace"), keep_blank_values=True)
        return cls(method, raw_path.decode("latin-1"), parsed, joined)

    def names(self, *names: str) -> bool:
        """Tell whether the query has one of the parameters, however it is spelled."""
        return not {name.lower() for name in names}.isdisjoint(name.lower() for name in self.query)

    def single(self, name: str) -> str:
        """Return a parameter of the query that is there once, however else it might be spelled; empty otherwise."""
        spelled = [other for other in self.query if other.lower() == name.lower()]
        values = self.query.get(name, [])
        return values[0] if len(values) == len(spelled) == 1 else ""


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")
