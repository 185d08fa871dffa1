"""Entry point of the training task; exits 0 trained, 2 bad input, 3 the tracking server is away."""

import argparse
import logging
import os
import sys
from datetime import date

from courtside import bootstrap
from courtside.contracts.errors import BadInput, CourtsideError
from courtside.contracts.events import RetrainingRequest, Trigger
from courtside.workflows.ports import TrackingUnavailable

log = logging.getLogger("courtside.train")


def main(argv: list[str] | None = None) -> int:
    """Train once as the arguments say and return the exit code."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    request = _request(argv)
    try:
        record = bootstrap.training(log.info)(request)
    except CourtsideError as error:
        log.error("%s: %s", type(error).__name__, error)  # noqa: TRY400 — its message is the help; no traceback needed
        return {BadInput: 2, TrackingUnavailable: 3}.get(_kind(error), 1)
    log.info("trained %s, best %s, seconds %s", request.training_id, record.best, record.seconds)
    return 0


def _request(argv: list[str] | None) -> RetrainingRequest:
    parser = argparse.ArgumentParser(prog="train", description=__doc__)
    parser.add_argument("--training-id", required=True)
    parser.add_argument("--as-of", required=True, type=date.fromisoformat, help="train on games before this day")
    parser.add_argument("--trigger", required=True, type=Trigger)
    parser.add_argument("--reason", required=True)
    return RetrainingRequest(**vars(parser.parse_args(argv)))


def _kind(error: CourtsideError) -> type[CourtsideError]:
    return next((kind for kind in (BadInput, TrackingUnavailable) if isinstance(error, kind)), CourtsideError)


if __name__ == "__main__":
    # Threads that spin while they wait for each other make the boosters many times slower on few cores.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    sys.exit(main())
