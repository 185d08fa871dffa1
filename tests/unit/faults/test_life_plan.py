"""What happens in a stage's life is decided by its seed and its hours alone."""

from typing import cast

from tests.faults.load import deeds, mishaps
from tests.faults.load.life import DEEDS, Life, planned
from tests.faults.model import Model

NOBODY = cast("Model", None)
"""A plan is made without a stage."""


def plan(seed: int, hours: float = 8.0) -> list[str]:
    return list(map(str, planned(Life(NOBODY, seed, hours))))


def test_the_same_seed_plans_the_same_and_another_one_something_else() -> None:
    assert plan(1) == plan(1)
    assert plan(1) != plan(2)


def test_a_life_of_eight_hours_has_its_rounds_and_mishaps_in_their_order() -> None:
    happenings = planned(Life(NOBODY, 3, 8.0))
    assert [each.minute for each in happenings] == sorted(each.minute for each in happenings)
    assert all(0 <= each.minute < 8 * 60 for each in happenings)
    counts = {each.name: sum(one.what == each.name for one in happenings) for each in DEEDS}
    assert counts["a round"] == 8 * 60 / deeds.ROUND_MINUTES
    assert counts["a mishap"] == 8 * 60 / mishaps.MISHAP_MINUTES
    assert min(counts.values()) >= 3


def test_what_a_happening_chooses_depends_on_nothing_else() -> None:
    first, second = (Life(NOBODY, 5, hours) for hours in (1.0, 8.0))
    assert first.chance("mishap", 4).random() == second.chance("mishap", 4).random()
    assert first.chance("mishap", 4).random() != first.chance("mishap", 5).random()
