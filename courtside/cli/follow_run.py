"""Follow a training until it has ended, and describe every step on the way."""

import time
from collections.abc import Callable

from courtside.cli.console import people, say
from courtside.core.runs import Run, RunState
from courtside.workflows.runs import Runs, RunUnknown

POLL_SECONDS = 2.0
ASKED_AGAIN = 5


def follow(training_id: str, runs: Runs, *, wait: Callable[[float], None] = time.sleep) -> Run:
    """Return the run once it is over; print each step when it begins, and add a hint to an interruption."""
    said, began = "", time.monotonic()
    try:
        with people.status("starting") as status:
            while not (run := _known(training_id, runs, wait=wait)).over:
                if run.outcome != said:
                    said = run.outcome
                    say(f"… {said}")
                elapsed = time.monotonic() - began
                waits = "waits for a person" if run.state is RunState.WAITING else "runs"
                status.update(f"training {training_id} {waits} ({elapsed:.0f} s)")
                wait(POLL_SECONDS)
    except KeyboardInterrupt:
        say(f"The training goes on without this command; `courtside runs show {training_id}` says how it ends")
        raise
    return run


def _known(training_id: str, runs: Runs, *, wait: Callable[[float], None]) -> Run:
    """Return the run of a training that was started just now; AWS may need some seconds to know it."""
    from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_fixed

    tries = Retrying(
        retry=retry_if_exception_type(RunUnknown),
        wait=wait_fixed(POLL_SECONDS),
        stop=stop_after_attempt(1 + ASKED_AGAIN),
        sleep=wait,
        reraise=True,
    )
    return tries(runs.of, training_id)
