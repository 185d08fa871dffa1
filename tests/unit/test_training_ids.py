"""Ids of trainings differ even if people start them at the same moment."""

from courtside.adapters.training_ids import new_training_id


def test_ids_made_in_one_second_differ_and_sort_by_time() -> None:
    ids = [new_training_id("files") for _ in range(2_000)]
    assert len(set(ids)) == len(ids)
    moments = [made.rsplit("-", 1)[0] for made in ids]
    assert moments == sorted(moments)
