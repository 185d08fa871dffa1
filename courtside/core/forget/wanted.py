"""Which ids are to be forgotten, as tables write them, as archives write them, and as texts name them."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape
from itertools import chain
from urllib.parse import quote

from courtside.contracts.errors import BadInput
from courtside.contracts.shortening import listed, quoted
from courtside.core.dataset import Dataset
from courtside.core.rows.ids import BETWEEN, NoIds, id_columns_of

ROW_ID = "id"
"""The column in which archives keep the ids of rows."""
MASK = "[erased]"
"""Stands where a text named an id."""
FEWEST, FEWEST_DIGITS = 6, 9
"""An id of fewer characters, or a number of fewer digits, is a part of many texts that are not about it."""
_ACCENTS = "\u0300-\u036f"
"""Signs that make another letter of the one before them, so that they are a part of a word."""
_PART = r"(?:[^|\\]|\\.)*"
_SPLIT = re.compile(rf"(?s){_PART}")


class IdsUnclear(BadInput):
    """What was given is no id of the model's rows."""

    def __init__(self, detail: str) -> None:
        self.detail = detail
        super().__init__(f"{detail}. Nothing was looked for")


@dataclass(frozen=True)
class Wanted:
    """The ids to be forgotten: their values in `columns`, in that order, as `canonical_text` writes them.

    `identities` are the columns that a row's id was made of in any of the model's contracts.
    """

    columns: tuple[str, ...]
    values: frozenset[tuple[str, ...]]
    identities: tuple[tuple[str, ...], ...]

    @cached_property
    def joined(self) -> list[str]:
        """The values as one text each, written like the ids of rows."""
        return sorted(BETWEEN.join(map(_escaped, each)) for each in self.values)

    @cached_property
    def row_ids(self) -> list["RowIds"]:
        """How the ids of rows look that are to be forgotten, one for each identity that has all columns."""
        fitting = [each for each in self.identities if set(self.columns) <= set(each)]
        return [RowIds.of(each, self.columns, self) for each in fitting]

    @cached_property
    def telling(self) -> list[str]:
        """Those ids, as texts, that nothing else looks like, so that it is no coincidence where a text has one."""
        alone = [each[0] for each in self.values if len(each) == 1]
        return [each for each in (alone or self.joined) if _is_telling(each)]

    @cached_property
    def texts(self) -> list[str]:
        """What is looked for in texts: telling ids, and any id as the name of a folder (``customer_id=17``)."""
        folders = [f"{self.columns[0]}={quote(each[0])}" for each in self.values if len(each) == 1]
        return [*self.telling, *folders]

    @cached_property
    def _forms(self) -> list[str]:
        """The texts as files write them, the longest first."""
        forms = {form for each in self.texts for form in (each, escape(each), *_in_json(each))}
        return sorted(forms, key=lambda text: (-len(text), text))

    @cached_property
    def id_columns(self) -> frozenset[str]:
        """The columns whose values are ids, or parts of ids, in any of the model's tables."""
        return frozenset({ROW_ID, *self.columns, *chain.from_iterable(self.identities)})

    @cached_property
    def _mention(self) -> re.Pattern[str]:
        return re.compile(rf"(?<![\w-])(?:{self._any_form})(?![\w{_ACCENTS}-])")

    @cached_property
    def _whole_id(self) -> re.Pattern[str]:
        """What finds an id among ids: as a part of it, ``anna@here.org`` is in ``joanna@here.org.au``, too."""
        between = re.escape(BETWEEN)
        return re.compile(rf"(?:\A|(?<={between}))(?:{self._any_form})(?=\Z|{between})")

    @property
    def _any_form(self) -> str:
        return "|".join(map(re.escape, self._forms))

    def _finds(self, column: str | None) -> re.Pattern[str]:
        return self._whole_id if column in self.id_columns else self._mention

    def may_be_in(self, content: bytes) -> bool:
        """Say whether the bytes of one of the texts are among these, which is quickly known."""
        return any(each.encode() in content for each in self._forms)

    def mentioned(self, text: str, *, column: str | None = None) -> int:
        """Return how often a text, or a value of a column, names one of the telling ids."""
        return len(self._finds(column).findall(text)) if self._forms else 0

    def masked(self, text: str, *, column: str | None = None) -> str:
        """Return a text, or a value of a column, without the telling ids that it names."""
        return self._finds(column).sub(MASK, text) if self._forms else text

    def is_row_id(self, text: str) -> bool:
        """Say whether a text is the id of a row that is to be forgotten, as archives write it."""
        return any(each.fits(text) for each in self.row_ids)

    def is_id(self, text: str) -> bool:
        """Say whether a text is one of the ids, or the id of one of their rows."""
        return (text,) in self.values or text in self.joined or self.is_row_id(text)


@dataclass(frozen=True, slots=True)
class RowIds:
    """The ids of rows that are to be forgotten: those that fit `pattern` (RE2), whose groups are one of `texts`.

    The groups are named ``p0``, ``p1``, …, one for each wanted column, and joined by ``|``.
    """

    pattern: str
    groups: int
    texts: frozenset[str]

    @classmethod
    def of(cls, identity: Sequence[str], columns: Sequence[str], wanted: Wanted) -> "RowIds":
        """Return those of rows with this identity."""
        if len(identity) == 1:  # such an id is the value itself, with nothing escaped
            return cls(r"(?s)^(?P<p0>.*)$", 1, frozenset(each[0] for each in wanted.values))
        parts = [f"(?P<p{columns.index(name)}>{_PART})" if name in columns else _PART for name in identity]
        return cls(rf"(?s)^{'[|]'.join(parts)}$", len(columns), frozenset(wanted.joined))

    def fits(self, text: str) -> bool:
        """Say whether a text is one of them."""
        found = re.match(self.pattern, text)
        return found is not None and BETWEEN.join(found[f"p{at}"] for at in range(self.groups)) in self.texts


def wanted_ids(
    texts: Sequence[str], dataset: Dataset, *, column: str | None = None, contracts: Sequence[Dataset] = ()
) -> Wanted:
    r"""Return what to look for where these ids of a model's rows are to be forgotten.

    An id is the value of the contract's id column, whatever time its rows have; of several id columns the values are
    joined by ``|``, with a backslash before a ``|`` or ``\`` in them. With `column`, they are values of that one id
    column. `contracts` are those that the model had before. Raises `NoIds` and `IdsUnclear`.
    """
    if not dataset.id_columns:
        raise NoIds(dataset.name)
    if column is not None and column not in dataset.id_columns:
        raise IdsUnclear(f"{quoted(column)} is no id column of {dataset.name}; they are {listed(dataset.id_columns)}")
    columns = dataset.id_columns if column is None else (column,)
    values = frozenset(_parts(text, columns) for text in texts if text)
    if not values:
        raise IdsUnclear("no id was given; give one with --id, or a file with one in each line with --ids")
    identities = dict.fromkeys(tuple(id_columns_of(each)) for each in (dataset, *contracts) if each.id_columns)
    return Wanted(tuple(columns), values, tuple(identities))


def _parts(text: str, columns: Sequence[str]) -> tuple[str, ...]:
    if len(columns) == 1:
        return (text,)
    parts = _unescaped(text)
    if len(parts) != len(columns) or not all(parts):
        raise IdsUnclear(
            f"an id has {len(columns)} parts ({', '.join(columns)}), joined by |, and {quoted(text)} has {len(parts)}; "
            "give all parts, or name one of the columns with --column"
        )
    return tuple(parts)


def _unescaped(text: str) -> list[str]:
    parts, place = [], 0
    while place <= len(text):
        found = _SPLIT.match(text, place)
        end = place if found is None else found.end()
        parts.append(re.sub(r"(?s)\\(.)", r"\1", text[place:end]))
        place = end + 1
    return parts


def _escaped(part: str) -> str:
    return part.replace("\\", "\\\\").replace(BETWEEN, f"\\{BETWEEN}")


def _in_json(text: str) -> tuple[str, ...]:
    return tuple(json.dumps(text, ensure_ascii=ascii_only)[1:-1] for ascii_only in (True, False))


def _is_telling(text: str) -> bool:
    return len(text) >= (FEWEST_DIGITS if text.isdecimal() else FEWEST)
