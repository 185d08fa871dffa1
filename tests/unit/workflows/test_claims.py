"""A claim is noted in a ledger that others use at the same time, so that nothing is told twice."""

import pytest

from courtside.workflows.claims import Claim, ClaimLost, Claims
from courtside.workflows.ports import LedgerWrite
from tests.fakes.busy_ledger import BusyLedger


@pytest.mark.parametrize("refusals", [1, 7])
def test_what_was_told_is_noted_although_the_ledger_refuses_writes_for_a_while(refusals: int) -> None:
    ledger, told = BusyLedger(), list[str]()

    def tell(_: Claim) -> None:
        told.append("said")
        ledger.refusals = refusals

    for first in (True, False):
        assert Claims(ledger).once("told/one", tell) == first
    assert told == ["said"]


def test_a_claim_that_another_one_took_over_is_lost_at_once() -> None:
    ledger = BusyLedger()

    def tell(_: Claim) -> None:
        taken = ledger.documents["told/one"]
        assert ledger.put(LedgerWrite(taken.key, taken.document, taken.revision))

    with pytest.raises(ClaimLost):
        Claims(ledger).once("told/one", tell)
