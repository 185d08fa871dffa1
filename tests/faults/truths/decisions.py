"""The log of decisions is whole: each can be read, none is lost, and each check was decided about once."""

from collections import Counter

from courtside.contracts import lake_keys
from courtside.contracts.records import DecisionRecord
from courtside.workflows.lake_documents import read_document
from tests.faults.model import Model
from tests.faults.truths.truth import KEPT, Before, Forgiven, truth

KEPT["decisions"] = lambda model: frozenset(model.stage.lake.keys(lake_keys.decisions(model.name)))


@truth
def each_check_was_decided_about_once_and_to_the_end(model: Model, _: Before, __: Forgiven) -> None:
    lake = model.stage.lake
    records = [read_document(DecisionRecord, key, lake=lake) for key in lake.keys(lake_keys.decisions(model.name))]
    made = Counter(each.check_id for each in records)
    assert not [check for check, count in made.items() if count > 1]
    undone = [each.check_id for each in records if not (each.done or each.backfilled or each.by)]
    assert not undone, f"these checks were not carried out to their end: {undone}"
