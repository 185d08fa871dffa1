"""What people and schedules do in a stage's life; each deed notes what the stage acknowledged."""

import logging
import tempfile
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, time, timedelta
from io import BytesIO
from pathlib import Path
from random import Random

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from courtside.adapters.deployed_watch import StepFunctionsWatch
from courtside.contracts import lake_keys
from courtside.contracts.events import Window
from courtside.contracts.names import StackOutput
from courtside.contracts.rounds import FAILED, WatchRequest
from courtside.workflows.settled_rounds import settled_models
from tests.faults.load.life import FIRST_DAY, NAMED, CommandFailed, Lane, Life, deed
from tests.faults.model import MOVED, TRAINED, rows

logger = logging.getLogger(__name__)
ROUND_MINUTES = 30.0
LABEL_DAYS = 2
"""So many days after a row its label is known."""
A_DAY, FIRST_ROW = 20, 200_000
_MOST_AT_ONCE = 3


def rows_of(day: int, *, labelled: bool) -> pa.Table:
    """Return the rows of one day of a life, with or without their labels; they are the same each time."""
    return rows(first=FIRST_ROW + day * A_DAY, start=FIRST_DAY + timedelta(day), days=1, a_day=A_DAY, labelled=labelled)


def ids(table: pa.Table) -> list[str]:
    """Return the ids of rows as the stage writes them: the contract's id columns, and the day."""
    pairs = zip(table.column("parcel").to_pylist(), table.column("at").to_pylist(), strict=True)
    return [f"{parcel}|{str(at)[:10]}" for parcel, at in pairs]


def arrived(life: Life, name: str, table: pa.Table) -> None:
    """Put a file where rows arrive."""
    content = BytesIO()
    pq.write_table(table, content)
    key = f"{lake_keys.incoming(life.model.name)}{name}.parquet"
    life.patiently("a file arrives", lambda: life.model.stage.lake.write(key, content.getvalue()))


def learned(life: Life, table: pa.Table) -> None:
    """Note the labels that the stage was told."""
    life.kept.labels.update(zip(ids(table), map(bool, table.column("late").to_pylist()), strict=True))


@deed(Lane.SCHEDULE, every=ROUND_MINUTES, at_random=False)
def a_round(life: Life, number: int) -> None:
    """Let the day's rows arrive, with those of two days before, of which the labels are known now, and look at them."""
    coming = rows_of(number, labelled=False)
    arrived(life, f"day-{number}", coming)
    late = [number - LABEL_DAYS] if number >= LABEL_DAYS and number % 2 else []
    for day in late:
        arrived(life, f"labels-{day}", rows_of(day, labelled=True))
    watched(life, number)
    life.kept.rows.update(ids(coming))
    life.kept.predicted.update(ids(coming))
    for day in late:
        learned(life, rows_of(day, labelled=True))
    life.days = number + 1
    if number >= LABEL_DAYS and not number % 2:
        labels_by_hand(life, number - LABEL_DAYS, number)


def watched(life: Life, number: int) -> None:
    """Run rounds of a day until one of them settles the model."""
    model, stage = life.model, life.model.stage
    request = WatchRequest(
        as_of=datetime.combine(FIRST_DAY + timedelta(number), time(), UTC), model=model.name, everything=True
    )
    attempts = iter(range(1_000))

    def one() -> None:
        name = f"{model.name}-{number}-{next(attempts)}"
        StepFunctionsWatch(model.loop.output(StackOutput.WATCH)).run(name, request)
        found = settled_models(name, lake=stage.lake)
        logger.info("%s settled: %s", name, found)
        if not found or found[0].outcome == FAILED:
            raise CommandFailed(("a round",), 1, found[0].reason if found else "the model was not settled")

    life.patiently("a round", one)


def labels_by_hand(life: Life, day: int, known: int) -> None:
    """Load the labels of a day as a person does, as of the day of the last round."""
    table = rows_of(day, labelled=True)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "labels.parquet"
        pq.write_table(table.select(["parcel", "at", "late"]), file)
        words = ("labels", "load", str(file), "--as-of", str(FIRST_DAY + timedelta(known)))
        life.patiently("labels are loaded", lambda: life.command(*words))
    learned(life, table)


@deed(Lane.CHECKS, every=12.0)
def a_check(life: Life, number: int) -> None:
    """Check a window of the past for drift, of which the event is delivered up to three times at once."""
    chance = life.chance("check", number)
    end = TRAINED + timedelta(chance.randrange(1, (MOVED - TRAINED).days))
    window = Window(start=end - timedelta(chance.randrange(10, 40)), end=end)
    times = chance.randint(1, _MOST_AT_ONCE)

    def delivered(_: int) -> str:
        return str(life.patiently("a check", lambda: life.model.loop.check_drift(window)).check_id)

    with ThreadPoolExecutor(times) as pool:
        life.kept.checks[f"{window.start}-{window.end}"].update(pool.map(delivered, range(times)))


@deed(Lane.PEOPLE, every=80.0)
def a_training(life: Life, number: int) -> None:
    """Ask for a training on ever newer rows of before the parcels moved, so that its challenger is good."""
    request = life.model.request(f"asked-{number}", as_of=TRAINED + timedelta(3 * (number + 1)))
    life.patiently("a training is asked for", lambda: life.model.loop.retrain(request))
    life.kept.trainings.add(request.training_id)


@deed(Lane.PEOPLE, every=20.0, at_random=False)
def an_answer(life: Life, number: int) -> None:
    """Answer each challenger that waits; one that cannot be answered now is there at the next look."""
    answered(life, life.chance("answer", number), yes=0.7)


def answered(life: Life, chance: Random, *, yes: float) -> None:
    """Approve, or else reject, the challengers that wait."""
    for each in life.patiently("approvals are listed", lambda: life.command("versions", "approvals")):
        approve = chance.random() < yes
        try:
            life.command("versions", "approve" if approve else "reject", each["training_id"])
        except NAMED:
            continue
        life.kept.answers[each["training_id"]] = approve


@deed(Lane.OPERATIONS, every=70.0)
def a_move_by_hand(life: Life, number: int) -> None:
    """Go back to the version before, or promote the first one; what is refused by name is given up."""
    back = life.chance("move", number).random() < 0.5
    words = ("rollback",) if back else ("promote", "1", "--reason", "a person prefers it")
    try:
        moved = life.command("versions", *words)
    except NAMED:
        life.repeated["a move was given up"] += 1
        return
    if moved["before"] != moved["after"]:
        life.kept.champions.append(str(moved["after"]))


@deed(Lane.OPERATIONS, every=40.0)
def a_glance(life: Life, number: int) -> None:
    """Look at the stage; what is asked either tells or says by name why it cannot."""
    words = life.chance("glance", number).choice((("status",), ("runs", "list"), ("alerts", "list"), ("performance",)))
    try:
        life.command(*words)
    except NAMED:
        life.repeated["a glance"] += 1


def labels_differ(kept: pa.Table, expected: dict[str, bool]) -> list[str]:
    """Return the ids of which the newest kept label is not the expected one."""
    newest = kept.sort_by([("revision", "ascending")])
    said = dict(zip(newest.column("id").to_pylist(), pc.utf8_lower(newest.column("label")).to_pylist(), strict=True))
    truth = {True: {"true", "1"}, False: {"false", "0"}}
    return [each for each, late in expected.items() if said.get(each) not in truth[late]]
