"""Many requests end with the first error, and with Ctrl-C."""

import time

import pytest

from courtside.adapters.many_requests import request_each

MANY = 5_000


@pytest.mark.parametrize("error", [ConnectionError, KeyboardInterrupt])
def test_no_request_begins_after_an_error(error: type[BaseException]) -> None:
    begun: list[int] = []

    def work(number: int) -> None:
        begun.append(number)
        if number == 0:
            raise error
        time.sleep(0.01)

    with pytest.raises(error):
        request_each(work, range(MANY), at_once=2)
    assert len(begun) < MANY


def test_every_request_is_made() -> None:
    made: list[int] = []
    request_each(made.append, range(MANY), at_once=8)
    assert sorted(made) == list(range(MANY))
