"""Whether the rounds of the watch get done what they do for a model."""

from collections.abc import Iterator

from courtside.contracts.versioned import TooNew
from courtside.core.findings import Finding, broken, fine
from courtside.core.sentences import enumerated
from courtside.workflows.stage_overview import ModelOverview

_CHECK = "rounds"


def rounds(found: ModelOverview) -> Iterator[Finding]:
    """Examine whether a model fails, and whether the ledger's entries about it can be read."""
    model, newest = found.entry.name, found.round
    if found.problem is not None:
        fix = "deploy the Courtside that wrote it, and use that one here too"
        if not isinstance(found.problem, TooNew):
            fix = f"put back what the ledger said before, then `courtside watch --model {model}`"
        yield broken(_CHECK, f"{type(found.problem).__name__}: {found.problem}", fix)
    elif newest is not None and newest.failing and not found.entry.paused:
        steps = f"{enumerated(newest.failing)} {'fails' if len(newest.failing) == 1 else 'fail'}"
        since = f" since {newest.failing_since:%Y-%m-%d %H:%M} UTC" if newest.failing_since else ""
        fix = f"correct the cause, then `courtside watch --model {model}`"
        yield broken(_CHECK, f"{steps}{since}: {newest.last_reason}", fix)
    else:
        said = "paused" if found.entry.paused else newest and newest.last_outcome
        yield fine(_CHECK, said or "not yet")
