"""Many requests that are alike, some of them at once."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

_Thing = TypeVar("_Thing")


def request_each(work: Callable[[_Thing], object], things: Sequence[_Thing], *, at_once: int) -> None:
    """Let `work` make the request of each thing; the first error ends it, and no further request begins.

    So does Ctrl-C: whoever ends a command must not wait until thousands of requests are made.
    """
    with ThreadPoolExecutor(at_once) as pool:
        begun = [pool.submit(work, thing) for thing in things]
        try:
            for each in begun:
                each.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
