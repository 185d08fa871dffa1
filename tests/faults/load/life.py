"""A stage's life in fast motion: deeds of people and of schedules, and mishaps among them, all drawn from one seed.

What happens when is decided before it begins, by the seed alone. How the happenings fall into each other is up to the
processes; whatever fails is done again, as people and schedules do, until it succeeds.
"""

import json
import logging
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from random import Random
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from courtside.contracts.errors import CourtsideError
from tests.fakes.own_points import courtside
from tests.faults.model import BEGINS, DAYS, Model

SPEED = 100
FIRST_DAY = BEGINS + timedelta(DAYS)
"""The day of the first round: the one after the rows that the model was put into the stage with."""
PATIENCE_SECONDS = 600.0
_PAUSE_SECONDS = 1.0
_ONE_AT_A_TIME = threading.Lock()
"""Commands of this process share its standard output."""
NAMED = (CourtsideError, ClientError, BotoCoreError)
"""What commands turn into a sentence; any other error is one that nobody foresaw."""

logger = logging.getLogger(__name__)


class CommandFailed(CourtsideError):
    """A command ended with an exit code of its own."""

    def __init__(self, words: tuple[str, ...], code: int, said: str) -> None:
        super().__init__(f"{' '.join(words)} ended with {code}: {said}")


class Lane(StrEnum):
    """Whose deeds they are: those of one lane are done one after another."""

    SCHEDULE = "the schedule"
    PEOPLE = "people"
    OPERATIONS = "other people"
    CHECKS = "checks by hand"
    MISHAPS = "mishaps"


@dataclass(frozen=True)
class Kept:
    """What was acknowledged, so that it must be there in the end."""

    rows: set[str] = field(default_factory=set)
    predicted: set[str] = field(default_factory=set)
    labels: dict[str, bool] = field(default_factory=dict)
    checks: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """The ids of checks, by the window that was asked for."""
    trainings: set[str] = field(default_factory=set)
    champions: list[str] = field(default_factory=list)
    """The versions that a person made champion, in this order."""
    answers: dict[str, bool] = field(default_factory=dict)
    mishaps: Counter[str] = field(default_factory=Counter)
    """How often each mishap met somebody."""


@dataclass
class Life:
    """One life of a model in a stage; `days` counts the rounds that were done."""

    model: Model
    seed: int
    hours: float
    kept: Kept = field(default_factory=Kept)
    repeated: Counter[str] = field(default_factory=Counter)
    days: int = 0
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def today(self) -> date:
        """The day of the next round."""
        return FIRST_DAY + timedelta(self.days)

    def chance(self, what: str, number: int) -> Random:
        """Return the chance of one happening, which depends on nothing else that happens."""
        return Random(f"{self.seed}-{what}-{number}")  # noqa: S311 — a test draws what happens, no secrets

    def patiently(self, what: str, do: Callable[[], Any]) -> Any:
        """Do something until it succeeds, and return what it returned; every failure must be a named one."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                return do()
            except NAMED as error:
                logger.info("%s again, because: %s", what, error)
                if time.monotonic() > deadline:
                    raise
                self.repeated[what] += 1
                time.sleep(_PAUSE_SECONDS)

    def command(self, *words: str) -> Any:
        """Return what a command about the model prints; raises `CommandFailed` and what commands put into words."""
        return self.of_stage(*words, "--model", self.model.name)

    def of_stage(self, *words: str) -> Any:
        """Return what a command about the stage prints; raises as `command`."""
        with _ONE_AT_A_TIME:
            result = courtside(*words)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        if result.exit_code:
            raise CommandFailed(words, result.exit_code, result.output)
        return json.loads(result.stdout)


@dataclass(frozen=True)
class Deed:
    """Something that is done every so many minutes of a life, or as often at moments that chance chooses."""

    do: Callable[[Life, int], None]
    lane: Lane
    every: float
    at_random: bool

    @property
    def name(self) -> str:
        """What is done."""
        return self.do.__name__.replace("_", " ")

    def moments(self, life: Life) -> list[float]:
        """Return the minutes at which it is done."""
        minutes = 60 * life.hours
        count = max(1, round(minutes / self.every))
        if not self.at_random:
            return [each * self.every for each in range(count)]
        chance = life.chance(self.name, -1)
        return sorted(chance.uniform(0.02, 0.95) * minutes for _ in range(count))


DEEDS: list[Deed] = []


def deed(lane: Lane, *, every: float, at_random: bool = True) -> Callable[[Callable[[Life, int], None]], Any]:
    """Register what is done every so many minutes of a life."""

    def register(do: Callable[[Life, int], None]) -> Callable[[Life, int], None]:
        DEEDS.append(Deed(do, lane, every, at_random))
        return do

    return register


@dataclass(frozen=True, order=True)
class Happening:
    """One deed of a life, the `number`-th of its kind, and the minute of the life at which it is due."""

    minute: float
    what: str
    number: int
    deed: Deed = field(compare=False)

    def __str__(self) -> str:
        return f"{int(self.minute) // 60}:{int(self.minute) % 60:02d} {self.deed.lane}: {self.what} {self.number}"


def planned(life: Life) -> list[Happening]:
    """Return all that will happen in a life, in its order; the seed and the hours alone decide it."""
    return sorted(
        Happening(minute, each.name, number, each) for each in DEEDS for number, minute in enumerate(each.moments(life))
    )


def lived(life: Life) -> list[Happening]:
    """Let a life happen and return what did; a lane that is late goes on without a pause."""
    plan, began = planned(life), time.monotonic()

    def lane(name: Lane) -> None:
        for each in plan:
            if each.deed.lane is name:
                time.sleep(max(0.0, began + 60 * each.minute / SPEED - time.monotonic()))
                if name is Lane.MISHAPS and life.over.is_set():
                    return
                each.deed.do(life, each.number)
                logger.info("done at %.0f s: %s", time.monotonic() - began, each)

    others = [each for each in Lane if each is not Lane.MISHAPS]
    with ThreadPoolExecutor(len(Lane)) as pool:
        mishaps = pool.submit(lane, Lane.MISHAPS)
        try:
            for each in [pool.submit(lane, name) for name in others]:
                each.result()
        finally:
            life.over.set()
        mishaps.result()
    return plan
