"""One step of a round: the champion and its shadows predict the rows that come, and what they say is kept.

Every step can be repeated, and two at once do what one does: a row is predicted again by a version only if its features
are not those that the version has predicted before, and the log of the day settles who writes.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from courtside.contracts.days import shifted
from courtside.contracts.errors import CourtsideError
from courtside.contracts.records import ChampionPointer
from courtside.contracts.scoring import PredictRequest, PredictResponse, Role, ShadowPredictions
from courtside.contracts.shortening import shortened
from courtside.core.dataset import Dataset
from courtside.core.decision_policy import RollBack
from courtside.core.rows.ids import NoIds
from courtside.core.sentences import in_a_row, plural
from courtside.workflows.archive_log import predictions_log
from courtside.workflows.ports import Lake
from courtside.workflows.predict.apart import MOST_IN_MEMORY, NoRoomToPredict, Room
from courtside.workflows.predict.coming_rows import Unusable, coming_rows
from courtside.workflows.predict.earlier import History
from courtside.workflows.predict.gathered import Gathered
from courtside.workflows.predict.round import DayOver, Done, Round, is_over
from courtside.workflows.predict.set_aside import SetAside
from courtside.workflows.predict.versions import NotSealed, Predicting, Versions
from courtside.workflows.spill import folder_to_spill

MOST_MOVES = 5
MOST_PROBLEMS, LONGEST_PROBLEM = 20, 600
"""An answer travels through states of a state machine, which are bounded."""


class ChampionMoved(CourtsideError):
    """Somebody made another version champion while this one predicted."""

    def __init__(self, version: str, model: str) -> None:
        self.version = version
        self.model = model
        super().__init__(
            f"version {version} of {model} was champion when it began to predict and is not any more, several times "
            f"over; predict again with `courtside predict --model {model}` once nobody moves the champion"
        )


@dataclass(frozen=True, slots=True)
class Predict:
    """Predicts the rows of one model as of a day; of these, `most_in_memory` bytes are kept in memory at once."""

    dataset: Dataset
    lake: Lake
    versions: Versions
    aside: SetAside
    most_in_memory: int = MOST_IN_MEMORY

    def run(self, request: PredictRequest, *, now: datetime) -> PredictResponse:
        """Predict with the champion first, then with its shadows; a model without champion predicts nothing.

        A shadow that cannot predict is told in the answer and keeps nobody else from it. `now` is only noted.
        Raises `SealBroken`, `ModelUnusable`, `ReadsUnknown`, `ScoringFailed`, `ChampionMoved`, `NoRoomToPredict`, and
        what `coming_rows` and `ArchiveLog.append` raise.
        """
        empty = PredictResponse(model=request.model, as_of=request.as_of)
        for _ in range(MOST_MOVES):
            pointer = self.versions.pointer()
            if pointer is None:
                problem = (
                    f"{request.model} has no champion yet, so nothing is predicted; train one with "
                    f"`courtside retrain --model {request.model} --trigger initial`"
                )
                return empty.model_copy(update={"problems": (problem,)})
            try:
                return self._run(request, pointer, now=now)
            except (ChampionMoved, DayOver) as moved:
                last = moved
            except (NotSealed, NoIds) as error:
                return empty.model_copy(update={"version": pointer.version, "problems": (str(error),)})
        raise last

    @property
    def _shadows(self) -> tuple[str, ...]:
        """The shadows that the contract names, and the version that a champion may be rolled back to."""
        named = self.dataset.predict.shadows
        # A decision to roll back is made by what both versions said of the same rows.
        return named if self.dataset.retrain.roll_back is RollBack.NEVER else (Role.PREVIOUS, *named)

    def _run(self, request: PredictRequest, pointer: ChampionPointer, *, now: datetime) -> PredictResponse:
        champion = self.versions.champion(pointer)
        shadows = list(self.versions.shadows(pointer, [*self._shadows, *request.versions]))
        ready = [champion, *(each for each in shadows if isinstance(each, Predicting))]
        columns = tuple(dict.fromkeys(name for each in ready for name in each.interface.taken_as))
        with folder_to_spill(NoRoomToPredict) as folder:
            round_ = self._round(request.as_of, champion, columns, now=now, room=Room(folder, self.most_in_memory))
            done = round_.predicted(champion, guard=lambda: self._require_champion(pointer))
            unusable = [*round_.rows.unusable, *done.repeated, *done.unusable]
            since = self._since(request.as_of)
            reports = self.aside.keep(unusable, champion=champion.version, as_of=request.as_of, since=since)
            if reports or not round_.history.in_hindsight:
                self.aside.tell(reports, now=now)
            return PredictResponse(
                model=request.model,
                as_of=request.as_of,
                version=champion.version,
                predicted=done.predicted,
                unchanged=done.unchanged,
                set_aside=sum(len(each.ids) for each in unusable),
                shadows=tuple(self._shadowed(each, round_) for each in shadows),
                problems=_bounded(
                    [
                        *_hindsight(round_, champion, done, self.dataset.time_column),
                        *map(str, round_.rows.unreadable),
                        *_reasons(unusable),
                        *done.problems,
                    ]
                ),
            )

    def _round(
        self, as_of: date, champion: Predicting, columns: tuple[str, ...], *, now: datetime, room: Room
    ) -> Round:
        """Gather the rows with these columns, and what was said of them before."""
        dataset, log = replace(self.dataset, also=columns), predictions_log(self.dataset.name, lake=self.lake)
        coming = coming_rows(as_of, lake=self.lake, dataset=dataset, room=room.within("coming"))
        gathered = Gathered.of(coming, dataset, room.within("rows"))
        history = History.of(
            log,
            since=self._since(as_of),
            as_of=as_of,
            in_hindsight=champion.why_learned(as_of, dataset.time_column) is not None or is_over(as_of, log),
            rows=gathered,
            room=room.within("history"),
        )
        return Round(gathered, history, now)

    def _shadowed(self, shadow: Predicting | ShadowPredictions, round_: "Round") -> ShadowPredictions:
        if isinstance(shadow, ShadowPredictions):
            return shadow
        said = ShadowPredictions(version=shadow.version, role=shadow.role)
        why = shadow.why_learned(round_.history.as_of, self.dataset.time_column)
        if why is not None and not round_.history.in_hindsight:
            return said.model_copy(update={"problem": f"{why}, so it predicted nothing"})
        try:
            done = round_.predicted(shadow)
        except CourtsideError as error:
            return said.model_copy(update={"problem": shortened(str(error), LONGEST_PROBLEM)})
        problem = in_a_row(_bounded(_reasons(done.unusable)))
        return said.model_copy(
            update={
                "predicted": done.predicted,
                "unchanged": done.unchanged,
                "problem": shortened(problem, LONGEST_PROBLEM),
            }
        )

    def _since(self, as_of: date) -> date | None:
        """Return the first day on which a row that is looked at as of a day may have been looked at."""
        rules = self.dataset
        return shifted(as_of, -rules.label_delay - rules.predict.ahead) if rules.time_column else None

    def _require_champion(self, pointer: ChampionPointer) -> None:
        """Raise `ChampionMoved` unless the same version is still champion, so that nobody is served by another one."""
        now = self.versions.pointer()
        if now is None or (now.version, now.sha256) != (pointer.version, pointer.sha256):
            raise ChampionMoved(pointer.version or "", self.dataset.name)


def _hindsight(round_: Round, champion: Predicting, done: Done, time_column: str | None) -> Iterator[str]:
    if round_.history.in_hindsight and done.predicted:
        as_of = round_.history.as_of
        why = champion.why_learned(as_of, time_column) or f"days after {as_of} were predicted before"
        yield f"{why}, so these predictions are kept as made in hindsight and never count as what was believed"


def _reasons(unusable: Sequence[Unusable]) -> Iterator[str]:
    """Say of each file how many of its rows could not be predicted, by the reason."""
    for each in unusable:
        for why, count in Counter(each.reasons).items():
            yield f"{count} {plural('row', range(count))} of {each.file} cannot be predicted: {why}"


def _bounded(sentences: Sequence[str] | Iterator[str]) -> tuple[str, ...]:
    found = [shortened(each, LONGEST_PROBLEM) for each in sentences]
    more = len(found) - MOST_PROBLEMS
    return (*found[:MOST_PROBLEMS], *[f"and {more} more"][: max(more, 0)])
