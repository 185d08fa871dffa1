"""The training container's `train` fits challengers, and `smoke` checks one before it becomes champion.

Exit codes: 0 done, 1 failed, 2 bad input, 3 the tracking server is away, 4 trained but not logged (the runs wait in
the lake), 5 the smoke check failed, 6 a file of a version cannot be used, 7 the temporary folder cannot be written,
143 it was told to stop (nothing half-finished is published, and it can be started again).
"""

import argparse
import logging
import os
import signal
import sys
from collections.abc import Callable
from datetime import date
from typing import NoReturn

from courtside import telemetry
from courtside.bootstrap import tasks
from courtside.contracts.errors import BadInput, CourtsideError
from courtside.contracts.events import RetrainingRequest, Trigger
from courtside.contracts.machine_limits import FolderUnwritable, unwritable_named
from courtside.workflows.ports import ModelUnusable, TrackingUnavailable
from courtside.workflows.sealed_models import SealBroken
from courtside.workflows.smoke import SmokeFailed, SmokeUnreadable

EXIT_NOT_LOGGED = 4
EXIT_STOPPED = 128 + signal.SIGTERM
EXIT_CODES: dict[type[CourtsideError], int] = {
    BadInput: 2,
    TrackingUnavailable: 3,
    SmokeUnreadable: 6,  # which is a SmokeFailed too, so it comes first
    SmokeFailed: 5,
    ModelUnusable: 6,
    SealBroken: 6,
    FolderUnwritable: 7,
}

log = logging.getLogger("courtside.train")


def main(argv: list[str] | None = None) -> int:
    """Run the command that the arguments name and return the exit code."""
    telemetry.log_libraries()
    arguments = _parser().parse_args(argv)
    telemetry.correlate(arguments.training_id)
    run: Callable[[argparse.Namespace], int] = arguments.run
    try:
        with telemetry.clock_named(), unwritable_named():
            return run(arguments)
    except CourtsideError as error:
        log.error("%s: %s", type(error).__name__, error)  # noqa: TRY400 — its message is the help; no traceback needed
        return next((code for kind, code in EXIT_CODES.items() if isinstance(error, kind)), 1)
    except Exception:
        log.exception("an unexpected error")
        return 1


def _stop(*_: object) -> NoReturn:
    try:
        log.error("told to stop: nothing incomplete is published; start it again")
    finally:
        # An exception would not do, because Python would wait for the other threads of a fit.
        os._exit(EXIT_STOPPED)


def _train(arguments: argparse.Namespace) -> int:
    fields = {name: value for name, value in vars(arguments).items() if name in RetrainingRequest.model_fields}
    record = tasks.train(RetrainingRequest(**fields), log.info)
    telemetry.count(record)
    telemetry.flush()
    log.info("trained %s, best %s, seconds %s", record.training_id, record.best, record.seconds)
    if record.spooled:
        log.error("the tracking server is away: the runs wait in the lake; courtside train --resume-logging logs them")
        return EXIT_NOT_LOGGED
    return 0


def _smoke(arguments: argparse.Namespace) -> int:
    rows = tasks.smoke_check(arguments.model, arguments.sha256)
    log.info(
        "the challenger under seal %s predicts for %d known rows what it predicted in training", arguments.sha256, rows
    )
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="training_image", description=__doc__)
    commands = parser.add_subparsers(required=True)
    train = commands.add_parser("train", help="train and judge challengers")
    train.add_argument("--model", required=True)
    train.add_argument("--training-id", required=True)
    train.add_argument("--as-of", required=True, type=date.fromisoformat, help="train on rows before this day")
    train.add_argument("--trigger", required=True, type=Trigger)
    train.add_argument("--reason", required=True)
    train.add_argument("--report", default="", help="the key of the drift report that asked for it")
    train.add_argument("--recalibrate", default="false", choices=("true", "false"), help="fit nothing: see the request")
    train.add_argument("--history", default="all", help="all, auto or so many of the newest years, such as 5y")
    train.set_defaults(run=_train)
    smoke = commands.add_parser("smoke", help="load a sealed challenger and repeat known predictions")
    smoke.add_argument("--model", required=True)
    smoke.add_argument("--training-id", required=True)
    smoke.add_argument("--sha256", required=True, help="the challenger's seal")
    smoke.set_defaults(run=_smoke)
    return parser


if __name__ == "__main__":
    # On few cores, threads that spin while they wait for each other make the boosters many times slower.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    # The first process of a container ignores signals that it does not handle, and would be killed half a minute later.
    signal.signal(signal.SIGTERM, _stop)
    sys.exit(main())
