"""A stage lives for hours in fast motion, with mishaps all the time; then everything that it acknowledged is there."""

import logging
from collections.abc import Callable, Mapping

import pytest

from tests.faults.fault import fault
from tests.faults.load import ending
from tests.faults.load.life import Life, lived, planned
from tests.faults.load.memory import EMULATOR, TRACKING, Memory, watched
from tests.faults.load.mishaps import MISHAP_MINUTES
from tests.faults.model import Model
from tests.faults.truths.alerts import letters
from tests.integration.stage.steps import approvals

logger = logging.getLogger(__name__)
GROWTH_MIB = 40.0
"""By how much a server may grow in the second half of a life, besides what it has to keep."""
MIB_A_DEED = 1.0
"""What the emulated services keep of one deed in their memory: files, log lines, histories of executions."""


@fault(
    "For hours of a stage's life at a hundredfold speed, services fail, processes are killed and executions stopped "
    "at random moments, among rounds, arrivals, labels, checks, trainings, approvals, promotions and rollbacks.",
    promise="Everything that was acknowledged is there once, everybody knows how each training ended, and memory stays "
    "flat.",
    doctor="last training",  # which may be one whose process was killed
    twice=".",  # this is asked below, where it is known how many processes were killed
)
def test_a_life_with_mishaps(
    model: Model, request: pytest.FixtureRequest, record_property: Callable[[str, object], None]
) -> None:
    life = Life(model, seed=request.config.getoption("--life-seed"), hours=request.config.getoption("--life-hours"))
    plan = "\n".join(map(str, planned(life)))
    logger.info("seed %d, %g hours, a mishap every %g minutes:\n%s", life.seed, life.hours, MISHAP_MINUTES, plan)
    before, messages = letters(model), len(model.stage.slack.messages)
    with approvals(model.stage), watched(model.stage) as memory:
        happened = len(lived(life))
        ending.at_rest(life)
    ending.ended(life, before)
    said = figures(life, happened, memory)
    record_property("figures", said)
    logger.info("%s", said)
    ending.require_whole(life)
    ending.require_told_once(life, messages)
    require_flat(model, memory, happened)


def figures(life: Life, happened: int, memory: Memory) -> str:
    """Return for people what happened in a life."""
    emulator, tracking = (max(memory.growth(each).values(), default=0.0) for each in (EMULATOR, TRACKING))
    return (
        f"seed {life.seed}, {life.hours:g} hours, {happened} happenings; {len(life.kept.rows)} rows arrived, "
        f"{len(life.kept.labels)} labels, {len(life.kept.checks)} windows checked by hand, {len(life.kept.trainings)} "
        f"trainings asked for, {len(life.kept.answers)} approvals answered, {len(life.kept.champions)} moves by hand; "
        f"what failed and hit somebody: {_counted(life.kept.mishaps)}; done again: {_counted(life.repeated)}; in "
        f"the second half the embedded AWS grew by {emulator:.1f} MiB and the tracking server by {tracking:.1f}; a "
        f"function held at most {max(map(memory.most, memory.of_functions()), default=0.0):.0f} MiB"
    )


def _counted(times: Mapping[str, int]) -> str:
    return ", ".join(f"{what} ({many})" for what, many in times.items() if many) or "nothing"


def require_flat(model: Model, memory: Memory, happened: int) -> None:
    """Require that each function keeps within what it may hold on AWS, and that what serves does not grow."""
    client = model.stage.aws.client("lambda")
    for name in memory.of_functions():
        assert memory.most(name) <= client.get_function_configuration(FunctionName=name)["MemorySize"], name
    assert max(memory.growth(TRACKING).values(), default=0.0) <= GROWTH_MIB
    assert max(memory.growth(EMULATOR).values(), default=0.0) <= GROWTH_MIB + MIB_A_DEED * happened
