"""`courtside decide`: what was decided about a model and why, and what another policy would have decided."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from courtside.cli.console import JsonFlag, people, print_json, print_pairs, print_table, say
from courtside.cli.stage import Model, Stage
from courtside.cli.stage_data import stage_lake
from courtside.contracts.days import parse_day, shifted
from courtside.contracts.errors import BadInput

if TYPE_CHECKING:
    from courtside.contracts.records import DecisionRecord
    from courtside.core.decision.replay import Replayed


MOST_LISTED = 100


class NothingDecided(BadInput):
    """No decision about a model was logged in the days that were asked for."""

    def __init__(self, model: str) -> None:
        self.model = model
        super().__init__(
            f"nothing was decided about {model} in these days; `courtside decide --list --model {model}` shows which "
            f"decisions there are, and `courtside watch --model {model}` makes one now"
        )


class PolicyWithoutReplay(BadInput):
    """A policy was given without days, or days without a policy."""

    def __init__(self) -> None:
        super().__init__(
            "--replay and --policy belong together: name the days and the policy, for example "
            "`courtside decide --replay 2026-10-01 2026-12-01 --policy stricter.yaml`"
        )


def decide(
    stage: Stage = "dev",
    model: Model = None,
    listed: Annotated[
        bool, typer.Option("--list", help=f"Show the newest {MOST_LISTED} decisions, a line each.")
    ] = False,
    replay: Annotated[
        tuple[str, str] | None,
        typer.Option(metavar="FROM TO", help="Decide again what was decided from this day on, before that day."),
    ] = None,
    policy: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Decide by this contract, or by a file that holds its `retrain` keys alone."),
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Show the newest decision about a model: its rule, its numbers, and what would have led to another one.

    With --replay and --policy, decide again what was logged, by another policy: each day has what was done then and
    what would be done now. The other policy has a history of its own, so the trainings that it starts count for its
    cool-down and its budget. Nothing is changed on the stage.

    Examples:

    - `courtside decide --model churn`

    - `courtside decide --list --json`

    - `courtside decide --replay 2026-10-01 2026-12-01 --policy stricter.yaml`
    """
    if (replay is None) != (policy is None):
        raise PolicyWithoutReplay
    if replay is not None and policy is not None:
        _replay(stage, model, replay, policy, as_json=as_json)
        return
    from courtside.workflows.decisions.logged import logged_decisions

    with people.status("Asking the stage"):
        lake, dataset = stage_lake(stage, model)
        records = logged_decisions(dataset.name, newest=MOST_LISTED if listed else 1, lake=lake)
    if not records:
        raise NothingDecided(dataset.name)
    if as_json:
        documents = [each.model_dump(mode="json") for each in reversed(records)]
        print_json(documents if listed else documents[0])
    elif listed:
        print_table(f"Decisions about {dataset.name}", [_row(each) for each in reversed(records)])
    else:
        _show(records[-1])


def _row(record: "DecisionRecord") -> dict[str, object]:
    return {
        "day": record.window.end,
        "action": record.action,
        "rule": record.rule,
        "why": record.reason,
        "can be replayed": "no" if record.situation is None else "yes",
    }


def _show(record: "DecisionRecord") -> None:
    print_pairs(
        {
            "decided": f"{record.decided_at:%Y-%m-%d %H:%M} UTC",
            "window": f"{record.window.start} to {record.window.end}",
            "action": record.action,
            "rule": record.rule,
            "why": record.reason,
            **({"by": record.by} if record.by else {}),
            **({"execution": record.execution_arn} if record.execution_arn else {}),
        }
    )
    if numbers := record.numbers.items():
        print_table("What the rule compared", [{"number": each, "value": _short(value)} for each, value in numbers])
    for sentence in record.would_change:
        say(f"{sentence[0].upper()}{sentence[1:]}.")


def _short(number: float) -> float:
    """Return a whole number as one, because records keep all of them as floats."""
    return int(number) if number.is_integer() else number


def _replay(stage: str, model: str | None, days: tuple[str, str], policy: str, *, as_json: bool) -> None:
    from courtside.core.decision.replay import replay
    from courtside.datasets.catalog import load_policy
    from courtside.workflows.decisions.logged import logged_decisions

    other, (since, before) = load_policy(policy), map(parse_day, days)
    with people.status("Asking the stage"):
        lake, dataset = stage_lake(stage, model)
        until = shifted(before, -timedelta(days=1))
        records = logged_decisions(dataset.name, since=since, until=until, lake=lake)
    if not records:
        raise NothingDecided(dataset.name)
    replayed = list(replay(records, other))
    unknown = list(_unknown(records, replayed))
    if as_json:
        print_json(
            {
                "model": dataset.name,
                "policy": other.as_dict(),
                "decisions": [_document(each) for each in replayed],
                "actions": _counted(replayed),
                "unknown": unknown,
            }
        )
        return
    print_table(f"Decisions about {dataset.name}, by {policy}", [_line(each) for each in replayed])
    print_table("How often", _counted(replayed))
    for sentence in unknown:
        say(sentence)


def _document(each: "Replayed") -> dict[str, Any]:
    record, now = each.record, each.now
    return {
        "day": record.window.end.isoformat(),
        "check_id": record.check_id,
        "then": {"action": record.action, "rule": record.rule, "reason": record.reason},
        "now": {"action": now.action, "rule": now.rule, "reason": now.reason, "numbers": dict(now.numbers)},
        "changed": each.changed,
        "parted": each.parted,
    }


def _line(each: "Replayed") -> dict[str, object]:
    return {
        "day": each.record.window.end,
        "then": f"{each.record.action} ({each.record.rule})",
        "now": f"{each.now.action} ({each.now.rule})",
        "differs": "yes" if each.changed else "",
        "why": each.now.reason,
    }


def _counted(replayed: "Sequence[Replayed]") -> list[dict[str, object]]:
    then, now = Counter(each.record.action for each in replayed), Counter(str(each.now.action) for each in replayed)
    return [{"action": action, "then": then[action], "now": now[action]} for action in sorted({*then, *now})]


def _unknown(records: "Sequence[DecisionRecord]", replayed: "Sequence[Replayed]") -> Iterator[str]:
    """Say what a replay cannot know."""
    from courtside.core.sentences import plural

    old = [each for each in records if each.situation is None]
    if old:
        yield (
            f"{len(old)} {plural('decision', old)} of people or of an older version of Courtside cannot be replayed, "
            "because it is not known from what they were made"
        )
    parted = next((each.record.window.end for each in replayed if each.parted), None)
    if parted is not None:
        yield (
            f"From {parted} on the two policies have trained at different times, so they would have other champions, "
            "and later checks would have found other things; nobody can know them, so they are taken as they were"
        )
