"""Tests that share a stage run on one worker in their written order; all others are spread over the workers by file."""

import functools
import os
import signal
from pathlib import Path
from typing import Any

# It is read when numpy is first imported. Threads of BLAS wait for each other by spinning, so on a machine whose cores
# are taken by other workers they burn several times what the work needs.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import pytest
import typer.main
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

from tests.faults.record import Recorder

# Typer makes all commands anew for each call, which takes longer than most commands do.
typer.main.get_command = functools.cache(typer.main.get_command)

# A busy machine may take long over a single example, and no test may fail because it is slow.
settings.register_profile("courtside", deadline=None)
settings.load_profile("courtside")

STAGE, FAULTS = "tests/integration/stage/", "tests/faults/"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--faults", choices=("quick", "all"), default="quick", help="which faults of tests/faults run")
    parser.addoption("--faults-record", type=Path, help="the file that a record of the faults is written to")
    parser.addoption("--load-minutes", type=float, default=0.2, help="for how long checks of drift come [0.2]")
    parser.addoption("--life-seed", type=int, default=1, help="the seed of a stage's life with random faults [1]")
    parser.addoption("--life-hours", type=float, default=8.0, help="the hours of that life, at a hundredfold speed [8]")


def pytest_configure(config: pytest.Config) -> None:
    # A run started in the background ignores Ctrl-C, and every program that a test interrupts would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    record = config.getoption("--faults-record")
    if record is not None and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Recorder(record.absolute()))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the tests that share a stage begin first: one after the other, they take the longest of all."""
    items.sort(key=lambda item: not item.nodeid.startswith(STAGE))


class StageTogether(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """Distributes the tests by file, and treats all files that share a stage as one file, as the quick faults do."""

    def _split_scope(self, nodeid: str) -> str:
        together = (STAGE, FAULTS) if self.config.getoption("--faults") == "quick" else (STAGE,)
        return next((folder for folder in together if nodeid.startswith(folder)), nodeid.split("::", 1)[0])


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> StageTogether:
    return StageTogether(config, log)
