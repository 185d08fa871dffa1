"""One window of a dataset's rows in the lake against the champion's reference."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pyarrow as pa

from courtside.contracts.errors import BadInput, CourtsideError
from courtside.contracts.events import Window
from courtside.contracts.loads import Load
from courtside.contracts.records import ChampionReference
from courtside.core.dataset import Dataset
from courtside.core.drift import DriftReport, Policy, Profile, check, comparable_reference
from courtside.core.drift.accepted import with_accepted
from courtside.core.drift.reading import Days, NothingReadable, TableProfile
from courtside.core.drift.reading.profiles import UNUSABLE, count_rows
from courtside.core.drift.reports.quarantine import QuarantinedFile, TableSide
from courtside.core.drift.story.parts import Part, Span, sub_windows
from courtside.core.drift.story.telling import tell
from courtside.core.drift.successive import Former, former_windows, with_former
from courtside.core.features import build_features
from courtside.core.rows import period, require_time_column, time_column_of, within
from courtside.core.sentences import in_a_row
from courtside.workflows.accepted_windows import AcceptedWindows, accepted_windows
from courtside.workflows.ports import Lake, LakeRead, ObjectMissing
from courtside.workflows.row_source import NoRows
from courtside.workflows.rows import ReadFile, reason, rows_before, rows_of, usable_files
from courtside.workflows.sealed_models import drift_profile, reference_in_use
from courtside.workflows.seen_once import SeenOnce
from courtside.workflows.tables import TableRows

WINDOWS = "the drift check of a stage, which goes by windows of days,"


class NoChampion(CourtsideError):
    """A model has no champion to compare with."""

    def __init__(self, model: str) -> None:
        self.model = model
        # The ledger decides which version is champion, and a drift check may not read it: a person has to look.
        super().__init__(
            f"{model} has no champion to compare with; train the first with `courtside retrain --trigger initial "
            f"--model {model}`. If `courtside versions history --model {model}` shows one all the same, write its "
            f'reference again with `courtside versions promote VERSION --reason "repair the reference" --model {model}`'
        )


class EmptyWindow(CourtsideError):
    """No row falls into the window."""

    def __init__(self, window: Window, quarantined: tuple[QuarantinedFile, ...] = ()) -> None:
        self.window = window
        self.quarantined = quarantined
        said = (
            f"there are no rows between {window.start} and {window.end}; load the data of these days if it is missing"
        )
        super().__init__(in_a_row([said, *(f"{file.file} is {file.reason}" for file in quarantined)]))


@dataclass(frozen=True, slots=True)
class WindowReport:
    """What a check found, the profiles it was computed from, and the day of the window's newest row.

    `load` is the one that was checked where rows have no times, and `accepted` changes with what people accepted as the
    new normal.
    """

    window: Window
    report: DriftReport
    reference: Profile
    current: Profile
    newest: date
    load: str | None = None
    accepted: str = ""


def champion_reference(model: str, *, lake: Lake) -> ChampionReference:
    """Return which profile drift is measured against; raises `NoChampion` and `ReferenceUnreadable`."""
    reference = reference_in_use(model, lake=lake)
    if reference is None:
        raise NoChampion(model)
    return reference


def report_window(
    window: Window, *, champion: ChampionReference, lake: Lake, dataset: Dataset, policy: Policy
) -> WindowReport:
    """Compare the window's rows with the champion's reference; raises `NoRows`, `NothingReadable`, `EmptyWindow`.

    Files of the lake that cannot be used are set aside and named in the report. The windows before, as far as they lie
    after the reference, are counted from the lake as it is now, so that evidence adds up over them.
    """
    column = time_column_of(dataset, asked=WINDOWS)
    reference, dataset = _reference(champion, lake=lake, dataset=dataset)
    rows = SeenOnce(lake) if policy.uses_history else lake
    found, quarantined = _window_files(window, column, lake=rows, dataset=dataset)
    seen = _profiled(window, reference, found, quarantined)
    former = _former(window, reference, lake=rows, dataset=dataset) if policy.uses_history else []
    accepted = accepted_windows(champion, window, lake=lake)
    importances = champion.importances
    made = reported(window, seen, former, reference, accepted, importances=importances, dataset=dataset, policy=policy)
    return replace(made, newest=max(period(file.table, column)[1] for file in found))


def report_load(
    load: Load, *, champion: ChampionReference, lake: Lake, dataset: Dataset, policy: Policy
) -> WindowReport:
    """Compare the rows of one load, which have no times, with the champion's reference; its day is the window.

    Raises `EmptyWindow` where the load cannot be read.
    """
    reference, dataset = _reference(champion, lake=lake, dataset=dataset)
    window = Window(start=load.first_day, end=load.last_day + timedelta(days=1))
    name = lake.uri(load.key)
    try:
        table = TableRows(dataset).read(load.key, lake.read(load.key))
    except (BadInput, ObjectMissing) as error:
        why = reason(error) if isinstance(error, BadInput) else "gone from the lake; load its file again to put it back"
        raise EmptyWindow(window, (QuarantinedFile(name, TableSide.CURRENT, why),)) from error
    seen = _profiled(window, reference, [ReadFile(name, table)], [])
    accepted = accepted_windows(champion, window, lake=lake)
    importances = champion.importances
    made = reported(window, seen, [], reference, accepted, importances=importances, dataset=dataset, policy=policy)
    return replace(made, load=load.id)


def _reference(champion: ChampionReference, *, lake: Lake, dataset: Dataset) -> tuple[Profile, Dataset]:
    """Return the champion's profile, and the contract with the features that it was made of."""
    reference = Profile.from_bytes(drift_profile(champion, lake=lake))
    return reference, dataset.with_features({column.name: column.kind for column in reference.columns})


def reported(
    window: Window,
    seen: TableProfile,
    former: Sequence[Former],
    reference: Profile,
    accepted: AcceptedWindows,
    *,
    importances: Mapping[str, float],
    dataset: Dataset,
    policy: Policy,
) -> WindowReport:
    """Return the report of a window that has rows; its newest row counts as one of its last day.

    `importances` are the champion's, empty where they are not known, and `former` the windows before.
    """
    report = check(reference, seen.profile, policy, contract=dataset.features, segments=dataset.segments)
    report = with_accepted(report, accepted.each, reference=reference, current=seen.profile, policy=policy)
    report = with_former(
        report,
        reference=reference,
        current=seen.profile,
        former=former,
        policy=policy,
        accepted=accepted.features,
    )
    comparable = comparable_reference(reference, seen.profile, policy)
    # A champion that was promoted before importances were stored has none.
    report = tell(report, reference=comparable, current=seen.profile, parts=seen.parts, importances=importances or None)
    report = replace(report, files_quarantined=seen.quarantined, contract=dataset.contract)
    newest = window.end - timedelta(days=1)
    return WindowReport(window, report, comparable, seen.profile, newest, accepted=accepted.id)


def _former(window: Window, reference: Profile, *, lake: LakeRead, dataset: Dataset) -> list[Former]:
    """Count the windows just before this one that lie after the reference; what cannot be read is left out."""
    if reference.time_column is None or reference.period is None:
        return []
    column, days = reference.time_column, (window.end - window.start).days
    spans = former_windows(window.start, days, after=reference.period[1] + timedelta(days=1))
    if not spans:
        return []
    try:
        files, _ = _window_files(Window(start=spans[0][0], end=spans[-1][1]), column, lake=lake, dataset=dataset)
    except (NoRows, NothingReadable):
        return []
    pieces = [reference.blank() for _ in spans]
    for file in files:
        try:
            _, split = _counted(file.table, reference, spans)
        except UNUSABLE:  # the check of those days has said so
            continue
        pieces = [mine.merge(part) for mine, part in zip(pieces, split, strict=True)]
    return [(start, piece) for (start, _), piece in zip(spans, pieces, strict=True)]


def _profiled(
    window: Window, reference: Profile, found: Sequence[ReadFile], quarantined: list[QuarantinedFile]
) -> TableProfile:
    dated = reference.time_column is not None
    windows = sub_windows(window.start, window.end - timedelta(days=1)) if dated else ()
    whole, pieces = reference.blank(), [reference.blank() for _ in windows]
    for file in found:
        try:
            counted, split = _counted(file.table, reference, windows)
        except UNUSABLE as error:
            quarantined.append(QuarantinedFile(file.name, TableSide.CURRENT, reason(error)))
            continue
        whole = whole.merge(counted)
        pieces = [mine.merge(part) for mine, part in zip(pieces, split, strict=True)]
    if whole.rows == 0:
        raise EmptyWindow(window, tuple(quarantined))
    parts = tuple(Part(*span, piece) for span, piece in zip(windows, pieces, strict=True))
    return TableProfile(whole, parts, tuple(quarantined))


def _counted(rows: pa.Table, reference: Profile, windows: Sequence[Span]) -> tuple[Profile, list[Profile]]:
    if reference.time_column is None:
        return reference.summarize(rows), []
    return count_rows(reference, rows.to_batches, windows=windows)


def _window_files(
    window: Window, column: str, *, lake: LakeRead, dataset: Dataset
) -> tuple[list[ReadFile], list[QuarantinedFile]]:
    """Return the window's rows of features, by file where files hold features."""
    days = Days(window.start, window.end)
    files, quarantined = usable_files(days, lake=lake, dataset=dataset)
    set_aside = list(quarantined)
    if dataset.builder is not None:  # a feature may look at rows of several files
        rows = rows_before(window.end, files, dataset=dataset)
        files = [ReadFile(lake.uri(rows_of(dataset).prefix), build_features(rows, dataset=dataset))]
    inside = []
    for file in files:
        try:
            require_time_column(file.table, column)
        except UNUSABLE as error:
            set_aside.append(QuarantinedFile(file.name, TableSide.CURRENT, reason(error)))
            continue
        rows = within(file.table, column, days)
        if rows.num_rows:
            inside.append(ReadFile(file.name, rows))
    return inside, set_aside
