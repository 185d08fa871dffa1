"""What people are told of what is in quarantine: once, in one alert a round, whoever is killed when."""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from courtside.contracts import ledger_keys
from courtside.core.alerting import Alert
from courtside.workflows.claims import Claim, ClaimLost, Claims, finishing
from courtside.workflows.ports import AlertChannel, Lake

logger = logging.getLogger(__name__)

REPORT = "report.json"
"""The report of one thing in quarantine, below its own prefix."""
_TOLD = "told.json"


@dataclass(frozen=True, slots=True)
class Notices:
    """The reports directly below `prefix`; `kind` and `model` name the claim to tell of them."""

    prefix: str
    kind: str
    model: str
    lake: Lake
    claims: Claims
    alerts: AlertChannel

    def tell(self, alert_of: Callable[[Sequence[str]], Alert]) -> None:
        """Tell people in one alert, made of the prefixes, of all reports that they have not been told of.

        Only the owner of the claim does. It notes in the claim what it sent, in one write, before it marks each report:
        whoever takes over from an owner that died in between marks those reports and sends nothing again.
        """
        claim = None
        if self._untold():
            claim = self.claims.take(ledger_keys.notice(self.kind, self.model), done=lambda: not self._untold())
        if claim is None:
            return
        try:
            self._told_by(claim, alert_of)
        except ClaimLost:
            logger.warning("what is in quarantine under %s is told by another delivery of the same event", self.prefix)

    def _told_by(self, claim: Claim, alert_of: Callable[[Sequence[str]], Alert]) -> None:
        with finishing(claim):
            self._mark(claim.subjects)
            if untold := self._untold():
                alert = alert_of(untold)
                claim.renew()
                self.alerts.publish(alert)
                claim.mark_told(untold)
                self._mark(untold)
        claim.give_back()

    def _untold(self) -> tuple[str, ...]:
        keys = [key for key in self.lake.keys(self.prefix) if key.removeprefix(self.prefix).count("/") == 1]
        told = {key.removesuffix(_TOLD) for key in keys if key.endswith(f"/{_TOLD}")}
        return tuple(
            each for key in keys if key.endswith(f"/{REPORT}") and (each := key.removesuffix(REPORT)) not in told
        )

    def _mark(self, prefixes: Iterable[str]) -> None:
        for prefix in prefixes:
            self.lake.claim(f"{prefix}{_TOLD}", b"{}")
