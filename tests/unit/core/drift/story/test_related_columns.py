"""What related columns showed as one group is a sentence that says what was compared and what it means."""

from dataclasses import replace

import pytest

from courtside.core.drift.policies.policy import Null
from courtside.core.drift.reports.together import TogetherDrift
from courtside.core.drift.story import headline

MOVED = TogetherDrift(("pclass", "fare"), ("pclass",), (), True, 0.00003, Null.ENTITIES, rare=True)
GROUP = "The related columns pclass, fare, compared with the reference as one group,"
UP = "moved by more than chance explains (p < 0.0001): pclass went up"


@pytest.mark.parametrize(
    ("drift", "said"),
    [
        (MOVED, UP),
        (
            replace(MOVED, rising=False, against=("fare",)),
            "moved by more than chance explains (p < 0.0001): pclass went down, fare the other way",
        ),
        (
            replace(MOVED, drifted=()),
            f"{UP}; no column of them moved far enough to matter by itself",
        ),
        (replace(MOVED, rare=False, p_adjusted=0.3), "did not move by more than chance explains (p 0.3)"),
    ],
)
def test_a_group_is_told_in_one_sentence(drift: TogetherDrift, said: str) -> None:
    assert headline.together(drift) == f"{GROUP} {said}"
