"""The first step of a round: which of the stage's models are due, and for what."""

import hashlib
import json
import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from courtside.contracts import lake_keys, ledger_keys
from courtside.contracts.errors import CourtsideError
from courtside.contracts.records import ModelRound
from courtside.contracts.rounds import DueModel, FindDueRequest, FindDueResponse
from courtside.contracts.versioned import TooNew
from courtside.core.arrival_alerts import astray_alert
from courtside.core.incidents import Finding
from courtside.core.incidents.kinds import files_astray
from courtside.core.incidents.wording import headline
from courtside.core.watch import due_in_round
from courtside.workflows.incidents import Incidents
from courtside.workflows.ledger_documents import LedgerDocumentDamaged, parsed
from courtside.workflows.ports import Incoming, IncomingFile
from courtside.workflows.stage_models import StageListing, StageModels

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FindDue:
    """Looks at every model of a stage: the ledger's parts, and one listing of the lake's own place for arriving files.

    No contract is read, so a round in which nothing is due costs the same whatever the models are.
    """

    models: StageModels
    incoming: Incoming
    incidents: Incidents

    def run(self, request: FindDueRequest) -> FindDueResponse:
        """Write the list of the models that are due; the same round again writes it again.

        A model whose entry cannot be read is on the list with what is wrong with it, and keeps no other from its turn.
        """
        listing, key = self.models.list(), lake_keys.models_due(request.round)
        rounds, too_new = self._rounds()
        files = self._files()
        due = self._due(listing, rounds, {**too_new, **listing.unreadable}, request, files)
        lost = {name: [each.uri for each in found] for name, found in files.items() if name not in listing.names}
        self.models.lake.write(key, json.dumps([each.model_dump(mode="json") for each in due]).encode())
        try:
            self._tell(lost, request)
        except Exception:  # a round must not wait for an alert; the next one tells people
            logger.exception("people could not be told of files in folders of no model")
        astray = [uri for found in lost.values() for uri in found]
        paused = sum(each.paused for each in listing.models)
        failing = (round_ for each in listing.models if (round_ := rounds.get(each.name)) and not each.paused)
        return FindDueResponse(
            round=request.round,
            key=key,
            models=len(listing.names) - paused,
            paused=paused,
            due=len(due),
            checks=sum(each.check for each in due),
            arrivals=sum(each.receive for each in due),
            failing=sum(bool(each.failing) for each in failing),
            astray=len(astray),
            astray_file=min(astray, default=None),
        )

    def _tell(self, lost: Mapping[str, Sequence[str]], request: FindDueRequest) -> None:
        """Tell people of the files that nobody looks at, or that there are none any more."""
        kind, at, evidence = files_astray.KIND.name, request.as_of, request.round
        if not lost:
            said = "No file is in a folder of no model any more"
            self.incidents.resolve("", kind, at=at, evidence=evidence, said=said)
            return
        alert = astray_alert(lost)
        finding = Finding("", kind, at, evidence, alert, headline(alert), subjects=tuple(map(_folder, lost)))
        self.incidents.report(finding)

    def _due(
        self,
        listing: StageListing,
        rounds: dict[str, ModelRound],
        unreadable: dict[str, CourtsideError],
        request: FindDueRequest,
        files: Mapping[str, Sequence[IncomingFile]],
    ) -> list[DueModel]:
        entries = {each.name: each for each in listing.models}
        found: list[DueModel | None] = []
        for name in listing.names:
            entry = entries.get(name)
            if (request.model or name) != name or (entry is not None and entry.paused):
                continue
            if entry is None or name in unreadable:
                problem = str(unreadable[name])
                found.append(DueModel(model=name, round=request.round, as_of=request.as_of, problem=problem))
            else:
                found.append(due_in_round(entry, rounds.get(name), request, files=_state(files.get(name, ()))))
        return [each for each in found if each is not None]

    def _rounds(self) -> tuple[dict[str, ModelRound], dict[str, CourtsideError]]:
        """Return the records of the models' rounds, and those that only a newer Courtside can read.

        One that was damaged by hand is left out: its model is due, and the record is begun anew.
        """
        found: dict[str, ModelRound] = {}
        too_new: dict[str, CourtsideError] = {}
        for entry in self.models.ledger.entries(*ledger_keys.ROUNDS):
            name = ledger_keys.stage_model_of(entry.key)
            try:
                found[name] = parsed(entry, ModelRound)
            except TooNew as error:
                too_new[name] = error
            except LedgerDocumentDamaged:
                continue
        return found, too_new

    def _files(self) -> dict[str, list[IncomingFile]]:
        """Return the files that wait, by the model in whose folder they are; folders themselves are no files."""
        found: defaultdict[str, list[IncomingFile]] = defaultdict(list)
        for file in self.incoming.files():
            if not file.path.endswith("/"):
                found[lake_keys.model_of_incoming(file.path)].append(file)
        return found


def _folder(name: str) -> str:
    return name or "beside all folders"


def _state(files: Sequence[IncomingFile]) -> str:
    """Return a digest that changes with any file that comes, goes or is written again; empty for no files.

    Times alone would not do, because an object that was uploaded in parts has the time at which that began.
    """
    said = sorted(f"{file.path}\n{file.etag}\n{file.modified_at.isoformat()}" for file in files)
    return hashlib.sha256("\n".join(said).encode()).hexdigest() if said else ""
