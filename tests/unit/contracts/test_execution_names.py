"""Names of executions are unique for each training and no longer than Step Functions allows."""

import pytest

from courtside.contracts.execution_names import NAME_LIMIT, execution_name


@pytest.mark.parametrize("letters", [1, NAME_LIMIT - 11, NAME_LIMIT - 10])
def test_an_id_that_fits_follows_the_name_of_its_model(letters: int) -> None:
    assert execution_name("nba_games", "x" * letters) == f"nba_games.{'x' * letters}"


def test_long_ids_that_differ_only_at_their_end_have_different_names() -> None:
    names = {execution_name("nba_games", "x" * 100 + end) for end in ("", "a", "b")}
    assert len(names) == 3
    assert {len(name) for name in names} == {NAME_LIMIT}
