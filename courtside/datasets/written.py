"""Write a proposed contract as YAML that people read and change: every line says why it is there."""

import re
import textwrap
from collections.abc import Iterator

import yaml

from courtside.contracts.key_names import LONGEST
from courtside.contracts.shortening import listed, shortened
from courtside.core.proposal import Guess, Part, Proposal
from courtside.core.tasks import BINARY

WIDTH = 100
_NO_NAME = "table"


def contract_name(address: str) -> str:
    """Return a name for the contract of a table at this address: its file's or folder's, as far as keys allow it.

    >>> contract_name("s3://lake/Telco churn (v2).csv.gz")
    'telco_churn_v2'
    """
    last = address.rstrip("/").replace("\\", "/").rsplit("/", 1)[-1]
    words = re.findall(r"[a-z0-9_-]+", last.split(".", 1)[0].lower())
    return "_".join(words).strip("_-")[:LONGEST] or _NO_NAME


def contract_text(proposal: Proposal, *, name: str) -> str:
    """Return the contract; what was left out stands in it as comments, each with its reason."""
    return "".join(f"{line}\n" for line in _lines(proposal, name))


def _lines(proposal: Proposal, name: str) -> Iterator[str]:
    yield from _comment(f"The contract of {proposal.table}, guessed from {_seen(proposal)}: read it and correct it.")
    yield f"name: {scalar(name)}"
    yield ""
    yield from _target(proposal)
    yield ""
    yield from _time_and_ids(proposal)
    yield ""
    yield "features:"
    for guess in proposal.of(Part.FEATURE):
        yield f"  {_line(guess)}"
    yield from _section(
        "They probably know the outcome. Check what each means before you make it a feature:", proposal, Part.SUSPECT
    )
    yield from _section("Left out:", proposal, Part.LEFT_OUT)


def _seen(proposal: Proposal) -> str:
    if proposal.rows == proposal.looked_at:
        return f"all of its {proposal.looked_at:,} rows"
    total = "" if proposal.rows is None else f" of its {proposal.rows:,}"
    return f"{proposal.looked_at:,}{total} rows, taken from all over it"


def _target(proposal: Proposal) -> Iterator[str]:
    target = proposal.target
    yield from _comment(
        f"What the models predict: {shortened(target.column)}, as {target.reason}. {target.values.described}"
    )
    if proposal.candidates and not proposal.chosen:
        others = listed([each.column for each in proposal.candidates], 5)
        which = "with two values" if target.task == BINARY else "that may be predicted"
        yield from _comment(f"Other columns {which}: {others}; name the right one with --target.")
    if target.task != BINARY:
        yield f"task: {target.task}"
    if target.values.stated and target.values.positive is not None:
        yield f"target: {{column: {flow(target.column)}, positive: {flow(target.values.positive)}}}"
    else:
        yield f"target: {scalar(target.column)}"


def _time_and_ids(proposal: Proposal) -> Iterator[str]:
    time, ids = proposal.time, proposal.ids
    if time.column:
        yield from _comment(f"When each row happened: {time.reason}.")
        yield f"time_column: {scalar(time.column)}"
    else:
        yield from _comment(f"No time_column, as {time.reason}: the rows are split by a seeded draw.")
    if ids.columns:
        yield from _comment(f"What tells rows apart: {ids.reason}.")
        yield f"id_columns: [{', '.join(map(flow, ids.columns))}]"
    else:
        yield from _comment(f"No id_columns, as {ids.reason}: rows are ordered by all columns.")
    if ids.entities:
        yield from _comment(f"Rows that hang together: {ids.entities_reason}.")
        yield "entities:"
        yield f'  "*": [{", ".join(map(flow, ids.entities))}]'


def _section(title: str, proposal: Proposal, part: Part) -> Iterator[str]:
    guesses = proposal.of(part)
    if guesses:
        yield ""
        yield from _comment(title, "  ")
        for guess in guesses:
            yield f"  # {_line(guess)}"


def _line(guess: Guess) -> str:
    why = shortened(guess.reason, 200)
    return f"{scalar(guess.column)}: {guess.kind.value}  # {why}" if guess.kind else f"{scalar(guess.column)}: {why}"


def _comment(text: str, indent: str = "") -> Iterator[str]:
    printable = shortened(text, 2_000)
    for line in textwrap.wrap(printable, WIDTH, break_long_words=False, break_on_hyphens=False):
        yield f"{indent}# {line}"


def scalar(text: str) -> str:
    """Return a text as YAML writes it on a line of its own: in quotes where it would be read as something else."""
    return _dumped(text, text).removesuffix("\n...\n").rstrip("\n")


def flow(text: str) -> str:
    """Return a text as it stands within brackets."""
    return _dumped([text], text).strip()[1:-1]


def _dumped(value: object, text: str) -> str:
    """Return one line, however long: within double quotes a line break is escaped."""
    style = None if text.isprintable() else '"'
    found: str = yaml.safe_dump(
        value, default_flow_style=True, default_style=style, allow_unicode=True, width=float("inf")
    )
    return found
