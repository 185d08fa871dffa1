"""This task copies the tracking database: `backup` writes a backup into the lake, `restore KEY` puts one back.

It runs where the database can be reached, and `courtside tracking` starts it. Exit codes: 0 done, 1 failed, 2 bad
input. Its last line on stdout is JSON: `did` (backup or restore) with the result, or with `error` (a name) and
`message` (what to do).
"""

import argparse
import json
import logging
import sys

from courtside.bootstrap import tasks
from courtside.contracts.errors import BadInput, CourtsideError

EXIT_BAD_INPUT = 2


def main(argv: list[str] | None = None) -> int:
    """Run the command that the arguments name and return the exit code."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(message)s")
    arguments = _parser().parse_args(argv)
    did = "backup" if arguments.key is None else "restore"
    try:
        result = tasks.tracking_copy()(arguments.key, arguments.replace, arguments.artifacts)
    except CourtsideError as error:
        _say({"did": did, "error": type(error).__name__, "message": str(error)})
        return EXIT_BAD_INPUT if isinstance(error, BadInput) else 1
    _say({"did": did, **result})
    return 0


def _say(result: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(result) + "\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="training_image.tracking_copy", description=__doc__)
    parser.set_defaults(key=None, replace=False, artifacts=None)
    commands = parser.add_subparsers(required=True)
    commands.add_parser("backup", help="write a backup into the lake")
    restore = commands.add_parser("restore", help="restore a backup")
    restore.add_argument("key", help="the backup's key in the lake")
    restore.add_argument("--replace", action="store_true", help="delete what the database holds before restoring")
    restore.add_argument(
        "--artifacts", nargs=2, metavar=("BEFORE", "AFTER"), help="the old and the new address of the artifacts"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
