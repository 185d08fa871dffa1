import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from courtside.core.labels.parts import part_numbers


@given(st.lists(st.text(max_size=80), max_size=30), st.integers(0, 30))
def test_the_part_of_an_id_does_not_depend_on_the_ids_beside_it(ids: list[str], start: int) -> None:
    alone = [part_numbers(pa.chunked_array([[each]], pa.string()), 7)[0] for each in ids]
    together = pa.chunked_array([ids[:3], ids[3:]], pa.string())
    assert part_numbers(together, 7).tolist() == alone
    assert part_numbers(together.slice(start), 7).tolist() == alone[start:]


def test_ids_that_differ_anywhere_are_spread_evenly() -> None:
    for written in ("{:06d}|2026-03-01", "customer|{:06d}", "{:06d}"):
        ids = pa.chunked_array([[written.format(each) for each in range(64_000)]])
        counts = np.bincount(part_numbers(ids, 64), minlength=64)
        assert counts.min() > 800
        assert counts.max() < 1200
