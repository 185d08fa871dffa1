"""What people look at is built anew after a model's part of a round, and once more when all models had theirs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from courtside.contracts.rounds import PublishRequest, PublishResponse
from courtside.core.alerting import Alert
from courtside.core.incidents import Finding
from courtside.core.incidents.kinds import pages_not_built
from courtside.core.incidents.wording import headline
from courtside.core.watch import unarchived_alert, unpublished_alert
from courtside.workflows.incidents import Incidents
from courtside.workflows.stage_model_errors import ModelRemoved


class Pages(Protocol):
    """Builds pages and writes them into the lake; each method returns the keys of what it wrote."""

    def publish_model(self, model: str, *, now: datetime) -> Sequence[str]:
        """Write the pages of one model, and what the page of all models says of it; raises `ModelRemoved`."""
        ...

    def publish_stage(self, *, now: datetime) -> Sequence[str]:
        """Write the page of all models."""
        ...


class Archived(Protocol):
    """The archive that people query."""

    def tend(self, model: str | None, *, now: datetime) -> None:
        """Bring the rows of a model up to date, or those of the stage itself."""
        ...


@dataclass(frozen=True, slots=True)
class Publish:
    """Builds pages and tends the archive, and tells people when either begins to fail and when both work again."""

    pages: Pages
    archive: Archived
    incidents: Incidents

    def run(self, request: PublishRequest, *, now: datetime) -> PublishResponse:
        """Write the pages of the model, or the page of all models; repeating it writes them again.

        Whatever goes wrong is raised once people know of it. A model that somebody removed meanwhile has no pages, and
        nothing of it is written.
        """
        try:
            written = self._written(request.model, now=now)
        except Exception as error:
            self._tell(request, unpublished_alert(request.model or "", _why(error)), now=now)
            raise
        try:
            if written:
                self.archive.tend(request.model, now=now)
        except Exception as error:
            self._tell(request, unarchived_alert(request.model or "", _why(error)), now=now)
            raise
        said = f"{f'The pages of {request.model} are' if request.model else 'The page of all models is'} built again"
        kind = pages_not_built.KIND.name
        self.incidents.resolve(request.model or "", kind, at=now, evidence=request.round, said=said)
        return PublishResponse(model=request.model, pages=len(written))

    def _written(self, model: str | None, *, now: datetime) -> Sequence[str]:
        if model is None:
            return self.pages.publish_stage(now=now)
        try:
            return self.pages.publish_model(model, now=now)
        except ModelRemoved:
            return ()

    def _tell(self, request: PublishRequest, alert: Alert, *, now: datetime) -> None:
        self.incidents.report(
            Finding(
                model=request.model or "",
                kind=pages_not_built.KIND.name,
                at=now,
                evidence=request.round,
                alert=alert,
                line=headline(alert),
            )
        )


def _why(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
