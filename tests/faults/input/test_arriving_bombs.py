"""Files that unpack to more than any memory holds arrive among those of a model."""

import pytest

from tests.faults.fault import fault
from tests.faults.input.arriving import FUNCTION_MIB, Peak, loaded_rows, new_rows, put, removed, taken_in
from tests.faults.input.bombs import DEEP, GROUP, LINES, ROWS, TEXTS, WIDE_TEXT
from tests.faults.model import Model

BOMBS = LINES | ROWS | TEXTS | GROUP | DEEP | WIDE_TEXT


@fault(
    "A file arrives that holds {what}.",
    promise="It is set aside within the function's memory and told once, and the file after it is taken in.",
)
@pytest.mark.parametrize("what", BOMBS)
def test_a_file_that_becomes_very_large_arrives(model: Model, what: str) -> None:
    name, content = BOMBS[what]
    number = list(BOMBS).index(what)
    before, peak = loaded_rows(model), Peak(model)
    bomb = put(model, name, content())
    good = put(model, f"{number}.parquet", new_rows(1_000 * number + 1_000_000))
    done = taken_in(model)
    assert (done[bomb]["outcome"], done[bomb]["new"]) == ("quarantined", 0)
    assert (done[good]["outcome"], done[good]["new"]) == ("loaded", 20)
    assert loaded_rows(model) == before + 20
    assert 0 < peak.mib() < FUNCTION_MIB, done[bomb]["reason"]
    assert len(model.told(bomb)) == 1
    removed(model, bomb)
