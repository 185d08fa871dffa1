"""Messages that are as long as their service takes: the longest parts are cut, so that what to do stays readable."""

from collections.abc import Callable, Sequence
from typing import Any

from courtside.contracts.channels.marks import sections

MOST_PARTS = 40
_CUT = "… (cut; the report and the lake hold the rest)"

Payload = dict[str, Any]


def fitted(
    text: str,
    build: Callable[[Sequence[str]], Payload],
    *,
    fits: Callable[[Payload], bool],
    weigh: Callable[[str], int],
) -> Payload:
    """Return the message that `build` makes of a text's sections, of which the heaviest are cut until it `fits`.

    There are at most `MOST_PARTS` of them; `weigh` says how long one is as it is sent.
    """
    parts = _few(["\n".join(lines) for lines in sections(text)])
    while not fits(message := build(parts)):
        heaviest = max(range(len(parts)), key=lambda number: weigh(parts[number]))
        parts[heaviest] = _shorter(parts[heaviest])
    return message


def _few(parts: list[str]) -> list[str]:
    most = MOST_PARTS - 1
    return [*parts[:most], "\n\n".join(parts[most:])] if len(parts) > MOST_PARTS else parts


def _shorter(part: str) -> str:
    kept = part.removesuffix(_CUT)
    return kept[: len(kept) * 9 // 10] + _CUT
