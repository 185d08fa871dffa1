"""One event of a drift check comes many times."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from tests.faults.fault import fault
from tests.faults.model import Model

MANY = {5: date(2025, 12, 1), 50: date(2025, 12, 2)}


@fault(
    "One event of a drift check comes {times} times at once.",
    promise="All deliveries answer alike, and one decision is logged.",
    quick=True,
)
@pytest.mark.parametrize("times", MANY)
def test_one_event_comes_many_times_at_once(model: Model, times: int) -> None:
    window = model.day(MANY[times])
    with ThreadPoolExecutor(times) as pool:
        answers = list(pool.map(lambda _: model.loop.check_drift(window), range(times)))
    assert len({each.check_id for each in answers}) == 1
    assert [each.duplicate for each in answers].count(False) == 1
