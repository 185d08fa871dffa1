"""Run a small training without a tracking server while the image is built, which fails if anything is missing."""

import logging
import sys
import tempfile
from pathlib import Path

from courtside.bootstrap import tasks

log = logging.getLogger("courtside.rehearse")


def main() -> int:
    """Rehearse in a temporary folder and return the exit code."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    with tempfile.TemporaryDirectory() as folder:
        names = tasks.rehearsal(log.info)(Path(folder))
    log.info("fitted, saved and loaded again: %s", ", ".join(names))
    return 0


if __name__ == "__main__":
    sys.exit(main())
