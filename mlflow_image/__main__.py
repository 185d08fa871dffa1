"""The container has the commands `server` (MLflow's own), `migrate`, `gc` (MLflow's own) and `rotate`."""

import logging
import os
import sys
from pathlib import Path
from typing import NoReturn

from mlflow_image.login import follow_secret

_HERE = Path(__file__).parent


def main(argv: list[str]) -> int:
    """Run one command and return its exit code; MLflow's own replace this process."""
    logging.basicConfig(format="%(asctime)s %(name)s %(message)s")
    logging.getLogger("courtside").setLevel(logging.INFO)
    follow_secret()
    match argv:
        case ["migrate"]:
            from mlflow_image.migrate import migrate

            return migrate()
        case ["rotate"]:
            from mlflow_image.rotate import rotate

            return rotate()
        case ["gc", *options]:
            uri = os.environ["MLFLOW_BACKEND_STORE_URI"]
            _become_mlflow("gc", "--backend-store-uri", uri, "--tracking-uri", uri, *options)
        case ["server", *options]:
            _become_mlflow("server", *options)
    logging.getLogger("courtside").error("no such command: %s; there are server, migrate, gc, rotate", argv)
    return 2


def _become_mlflow(*arguments: str) -> NoReturn:
    # MLflow starts its workers as separate processes, which can be changed only through what they import when they
    # start.
    folders = (str(_HERE / "startup"), str(_HERE.parent), os.environ.get("PYTHONPATH", ""))
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, folders))}
    os.execve(sys.executable, [sys.executable, "-m", "mlflow", *arguments], environment)  # noqa: S606 — ourselves


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
