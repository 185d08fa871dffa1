"""The PostgreSQL server behind the tracking server, as faults meet it."""

import signal
from contextlib import suppress

import psutil

from tests.faults.model import Model

_NAME = "postgres"


def kill_database(model: Model, *, whole: bool) -> None:
    """Kill every process of PostgreSQL; if not the `whole`, the one that watches over them stays."""
    supervisor = psutil.Process(model.stage.aws.instance.supervisor_pid)
    servers = [each for each in supervisor.children(recursive=True) if _runs(each) and (whole or _runs(each.parent()))]
    assert servers, "no process of PostgreSQL runs"
    for each in servers:
        with suppress(psutil.NoSuchProcess):
            each.send_signal(signal.SIGKILL)


def _runs(process: psutil.Process | None) -> bool:
    with suppress(psutil.NoSuchProcess):
        return process is not None and process.name() == _NAME
    return False
