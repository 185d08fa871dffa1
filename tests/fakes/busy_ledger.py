"""A ledger that others use at the same time."""

from collections.abc import Callable
from dataclasses import dataclass, field

from courtside.workflows.ports import LedgerWrite
from tests.fakes.ports import InMemoryLedger


@dataclass
class BusyLedger(InMemoryLedger):
    """Refuses some writes of a `kind` of key without any change; first of all, what `happens` meanwhile is done."""

    kind: str = ""
    refusals: int = 0
    happens: list[Callable[[], object]] = field(default_factory=list)

    def put(self, *writes: LedgerWrite) -> bool:
        if self.kind in writes[0].key:
            if self.happens:
                self.happens.pop()()
            self.refusals -= 1
            if self.refusals >= 0:
                return False
        return super().put(*writes)
