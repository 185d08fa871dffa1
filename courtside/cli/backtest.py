"""`courtside backtest`: policies live through the history of a table, on this machine, without AWS or MLflow."""

import os
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from courtside.cli.backtest_table import compared, row
from courtside.cli.console import JsonFlag, people, print_json, print_table, say
from courtside.cli.input import QuarantineOption, read_input, require_games
from courtside.contracts.dashboard_keys import OVERVIEW_PAGE
from courtside.contracts.days import parse_day
from courtside.contracts.errors import BadInput, InputMismatch
from courtside.contracts.history import parse_history
from courtside.contracts.names import DEFAULT_DATASET
from courtside.core.sentences import enumerated, plural

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.status import Status

    from courtside.contracts.records.backtests import BacktestResult
    from courtside.core.backtest.policies import ReplayPolicy
    from courtside.core.dataset import Dataset
    from courtside.workflows.backtest import Backtest, Plan, Stream

USUAL = ("never", "every:365d", "both")
_LEARNED_FROM = 3


class StepTooLong(BadInput):
    """The time between two rounds is shorter than a day or longer than a year."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(f"--round is {text!r}; give whole days or weeks up to 366d, such as 1d or 7d")


class PagesNotOfTask(BadInput):
    """The pages of a replay show models of two classes only."""

    def __init__(self, model: str, task: str) -> None:
        self.task = task
        super().__init__(
            f"the task of {model} is {task}, and pages of replays (--pages) show models of two classes only; without "
            "--pages it is replayed, and --json has every figure, training and alert"
        )


def backtest(
    model: Annotated[
        str,
        typer.Option(
            "--model",
            "--contract",
            "--dataset",
            help="The model: a shipped contract, or the path of a contract's YAML file.",
        ),
    ] = DEFAULT_DATASET,
    games: Annotated[Path | None, typer.Option(help="Games: .csv, .csv.gz or .parquet.")] = None,
    table: Annotated[
        str | None,
        typer.Option(help="A table that holds the features of --model, instead of games: parquet, CSV or Feather."),
    ] = None,
    begin: Annotated[
        str | None,
        typer.Option(
            "--from",
            help="First day of the replay (YYYY-MM-DD); the first model learns from what lies before [default: that "
            "of the row after the oldest third].",
        ),
    ] = None,
    end: Annotated[
        str | None,
        typer.Option("--to", help="The day after the last one (YYYY-MM-DD) [default: that after the newest row]."),
    ] = None,
    policy: Annotated[
        list[str] | None,
        typer.Option(
            help="never, every:30d (or another length), drift, performance, both, or a YAML file with `retrain` keys; "
            f"may be repeated [default: {', '.join(USUAL)}]."
        ),
    ] = None,
    window: Annotated[
        str | None,
        typer.Option(
            help="What all trainings learn from: all, auto, or the newest years, as in 10y [default: each "
            "policy's own `history`]."
        ),
    ] = None,
    candidates: Annotated[
        list[str] | None,
        typer.Option(help="Candidates to train, instead of the contract's; may be repeated."),
    ] = None,
    every: Annotated[str, typer.Option("--round", help="The time between two rounds, in days or weeks.")] = "7d",
    count_alerts: Annotated[
        bool,
        typer.Option(
            "--count-alerts", help="Look at everything, also at what a policy cannot act on, to count alerts."
        ),
    ] = False,
    state: Annotated[
        Path | None,
        typer.Option(
            help="Folder where a replay keeps how far it is, to go on from after an interruption [default: "
            "~/.cache/courtside/backtests]."
        ),
    ] = None,
    pages: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Record what each policy lives through in this folder, with pages that show it as if it were live "
            "(`courtside dashboard --replay FOLDER`). Each replay then begins anew.",
        ),
    ] = None,
    quarantine: QuarantineOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Let policies live through the past: what would each have trained, and how good would its predictions have been?

    Every row is predicted by a model that was trained before it, by the code that a stage runs: predictions, labels,
    promise tests, drift checks, decisions, trainings and the gate. The first policy is what others are compared with.

    Examples:

    - `courtside backtest --games games.csv.gz --from 1995-07-01 --policy never --policy both`

    - `courtside backtest --games games.csv.gz --policy every:30d --policy both --window 10y --json`

    - `courtside backtest --model churn.yaml --table churn.parquet --policy never --policy policy.yaml`

    - `courtside backtest --games games.csv.gz --from 2015-07-01 --policy both --window 10y --pages replays`
    """
    from courtside.adapters.files import prepare_folder
    from courtside.core.tasks.types import BINARY
    from courtside.datasets.catalog import load_dataset
    from courtside.workflows.backtest import backtest as run

    contract = load_dataset(model)
    policies = [_policy(name, contract) for name in dict.fromkeys(policy or USUAL)]
    if pages is not None:
        if contract.task != BINARY:
            raise PagesNotOfTask(contract.name, contract.task)
        prepare_folder(pages, "--pages")
    with people.status(f"Reading {games or table}") as status:
        stream = _stream(contract, model, games=games, table=table, quarantine=quarantine)
        plan = _plan(stream, begin, end, window=window, names=candidates, every=every, count_alerts=count_alerts)
        plan.require_rows(stream)
        say(_ahead(plan, policies, stream))
        replays = partial(run, stream, policies, plan, state=state or default_state(), progress=partial(_say, status))
        results = replays().results if pages is None else _recorded(replays, pages, model, stream, plan)
    if as_json:
        print_json([each.model_dump(mode="json") for each in results])
        return
    rows = f"{results[0].rows:,} rows from {plan.begin} to {plan.end}"
    print_table(f"{contract.name}, {rows}", [row(each) for each in results])
    for each in results[1:]:
        if each.versus_first is not None:
            say(compared(each, each.versus_first))


def _recorded(
    replays: "Callable[..., Backtest]", folder: Path, model: str, stream: "Stream", plan: "Plan"
) -> list["BacktestResult"]:
    """Let the replays be recorded in a folder, build its pages, and return the results."""
    from courtside.bootstrap.replays import ReplayFolder
    from courtside.datasets.catalog import contract_content

    replayed = ReplayFolder(folder)
    recording = replayed.recording(contract_content(model), stream, plan)
    results = replays(witnesses=recording.witnesses).results
    recording.finish(results, made_at=datetime.now(UTC).replace(microsecond=0))
    replayed.publish()
    say(f"The pages begin with {folder / OVERVIEW_PAGE}; `courtside dashboard --replay {folder} --open` opens them.")
    return results


def default_state() -> Path:
    """Return where replays keep how far they are, unless somebody says where."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "courtside" / "backtests"


def _policy(name: str, contract: "Dataset") -> "ReplayPolicy":
    from courtside.core.backtest.policies import ReplayPolicy, policy_of
    from courtside.datasets.catalog import load_policy

    if Path(name).suffix.lower() in {".yaml", ".yml"}:
        return ReplayPolicy(name, load_policy(name))
    return policy_of(name, contract.retrain)


def _stream(
    contract: "Dataset", name: str, *, games: Path | None, table: str | None, quarantine: Path | None
) -> "Stream":
    from courtside.api.inputs import opened_rows
    from courtside.datasets.catalog import table_address
    from courtside.workflows.backtest import Stream
    from courtside.workflows.tables import TableRows, table_content

    if games is None and table is None:
        table = table_address(name, contract)
    if (games is None) == (table is None):
        raise InputMismatch("give either --games or --table, or name the `table` in the contract")
    if games is not None:
        require_games(contract)
        return Stream.of(read_input(games, quarantine=quarantine).table, contract)
    if contract.builder is not None:
        raise InputMismatch(f"the features of {contract.name} are built from games: give them with --games")
    assert table is not None
    content = table_content(opened_rows(table, name=table), contract)
    return Stream.of(TableRows(contract).read(table, content), contract)


def _plan(
    stream: "Stream",
    begin: str | None,
    end: str | None,
    *,
    window: str | None,
    names: list[str] | None,
    every: str,
    count_alerts: bool,
) -> "Plan":
    from courtside.workflows.backtest import Plan
    from courtside.workflows.backtest.candidates import candidates_of

    days = stream.days
    last: date = days[-1].item()
    first: date = days[days.size // _LEARNED_FROM].item()
    after = last + timedelta(days=1)
    return Plan(
        begin=parse_day(begin) if begin else first,
        end=min(parse_day(end), after) if end else after,  # behind the last row each round would be empty
        step=_step(every),
        window=parse_history(window) if window else None,
        candidates=candidates_of(stream.dataset, names),
        watch_all=count_alerts,
    )


def _step(text: str) -> timedelta:
    from courtside.core.rhythm import NotADuration, parse_duration

    try:
        step = parse_duration(text)
    except NotADuration as error:
        raise StepTooLong(text) from error
    if step % timedelta(days=1) or not timedelta(days=1) <= step <= timedelta(days=366):
        raise StepTooLong(text)
    return step


def _ahead(plan: "Plan", policies: list["ReplayPolicy"], stream: "Stream") -> str:
    """Say what lies ahead, and what makes it shorter, before anything is trained."""
    count, names = len(plan.rounds()), [each.name for each in plan.candidates]
    said = (
        f"{stream.position(plan.end) - stream.position(plan.begin):,} rows from {plan.begin} to {plan.end}: "
        f"{count:,} {plural('step', range(count))} of {plan.step.days} {plural('day', range(plan.step.days))} by each "
        f"policy ({enumerated([each.name for each in policies])}); a training fits {enumerated(names)}."
    )
    if len(names) == 1:
        return said
    return f"{said} This can take minutes to hours; `--candidates {names[0]}` fits one only, and `--from` replays less."


def _say(status: "Status", part: str) -> None:
    say(f"… {part}")
    status.update(part)
