"""The lifetime tests start, watch and kill this program, which holds an embedded AWS.

usage: python -m tests.integration.embedded_aws.starter STATE_DIRECTORY ASSEMBLY ENDING
"""

import json
import sys
import time
from dataclasses import asdict
from pathlib import Path

from courtside.contracts.errors import CourtsideError
from embedded_aws.aws import LocalAws, LocalOptions


def main(state: str, assembly: str, ending: str) -> None:
    with LocalAws.start(LocalOptions(state_directory=Path(state))) as aws:
        aws.deploy(Path(assembly))
        while not aws.log_tail("tracking") and not _server_started(aws):
            time.sleep(0.05)
        print(json.dumps(asdict(aws.instance)), flush=True)  # noqa: T201 (what the tests read)
        if ending == "failure":
            raise RuntimeError("on purpose")
        if ending == "wait":
            time.sleep(600)
        if ending == "use":
            sys.stdin.readline()
            aws.wait_for_tracking()


def _server_started(aws: LocalAws) -> bool:
    return any((aws.directory / "logs").glob("*tracking*"))


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except CourtsideError as error:
        print(error, file=sys.stderr)  # noqa: T201 (what the tests read)
        sys.exit(1)
