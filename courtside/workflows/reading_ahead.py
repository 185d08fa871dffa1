"""Work on several things at once, because a store takes its time for each, and take the results in their order."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Thing = TypeVar("Thing")
Made = TypeVar("Made")


def ahead(work: Callable[[Thing], Made], things: Iterable[Thing], *, at_once: int) -> Iterator[tuple[Thing, Made]]:
    """Yield each thing with what `work` makes of it, in their order; no more than `at_once` results wait in memory."""
    coming = deque[tuple[Thing, Future[Made]]]()
    with ThreadPoolExecutor(at_once) as pool:
        try:
            for thing in things:
                coming.append((thing, pool.submit(work, thing)))
                if len(coming) >= at_once:
                    yield _first(coming)
            while coming:
                yield _first(coming)
        finally:
            for _, waiting in coming:
                waiting.cancel()


def _first(coming: deque[tuple[Thing, Future[Made]]]) -> tuple[Thing, Made]:
    thing, made = coming.popleft()
    return thing, made.result()
