"""One window of the lake's games against the champion's reference."""

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import reduce

import pyarrow as pa
import pyarrow.compute as pc

from courtside.contracts import lake_keys
from courtside.contracts.errors import CourtsideError
from courtside.contracts.events import Window
from courtside.contracts.records import ChampionReference
from courtside.core.dataset import Dataset
from courtside.core.drift import DriftReport, Policy, Profile, check, comparable_reference
from courtside.core.drift.quarantine import QuarantinedFile
from courtside.core.drift.reading import TableProfile
from courtside.core.drift.story.parts import split, sub_windows
from courtside.core.drift.story.telling import tell
from courtside.core.features import build_features
from courtside.workflows.games import read_usable_games
from courtside.workflows.ports import Lake, ObjectMissing


class NoChampion(CourtsideError):
    """There is no champion to compare with."""

    def __init__(self) -> None:
        super().__init__("there is no champion yet: start a first training with `courtside retrain --trigger initial`")


class EmptyWindow(CourtsideError):
    """No row falls into the window."""

    def __init__(self, window: Window, quarantined: tuple[QuarantinedFile, ...] = ()) -> None:
        self.window = window
        self.quarantined = quarantined
        said = f"no rows between {window.start} and {window.end}: is the data of these days in the lake?"
        super().__init__("; ".join([said, *(f"{file.file} is {file.reason}" for file in quarantined)]))


@dataclass(frozen=True, slots=True)
class WindowReport:
    """What a check found, and the profiles it was made of."""

    window: Window
    report: DriftReport
    reference: Profile
    current: Profile


def champion_reference(lake: Lake) -> ChampionReference:
    """Return which profile drift is measured against; raises `NoChampion`."""
    try:
        return ChampionReference.model_validate_json(lake.read(lake_keys.CHAMPION_REFERENCE))
    except ObjectMissing as error:
        raise NoChampion from error


def report_window(
    window: Window, *, champion: ChampionReference, lake: Lake, dataset: Dataset, policy: Policy
) -> WindowReport:
    """Compare the window's rows with the champion's reference; raises `NoGames`, `NothingReadable`, `EmptyWindow`.

    Files of the lake that cannot be used are set aside and named in the report.
    """
    reference = Profile.from_bytes(lake.read(champion.profile_key))
    seen = _profiled(window, reference, lake=lake, dataset=dataset)
    report = check(reference, seen.profile, policy)
    comparable = comparable_reference(reference, seen.profile, policy)
    # A champion promoted before importances were kept has none.
    importances = champion.importances or None
    report = tell(report, reference=comparable, current=seen.profile, parts=seen.parts, importances=importances)
    return WindowReport(window, replace(report, files_quarantined=seen.quarantined), comparable, seen.profile)


def _profiled(window: Window, reference: Profile, *, lake: Lake, dataset: Dataset) -> TableProfile:
    # The season before the window's first one holds the games that the rolling features look back on.
    games, quarantined = read_usable_games(lake=lake, until=window.end, since_season=window.start.year - 1)
    features = build_features(games, dataset=dataset)
    start = pa.scalar(window.start, pa.date32())
    rows = features.filter(pc.greater_equal(features.column(dataset.time_column), start))
    if rows.num_rows == 0:
        raise EmptyWindow(window, quarantined)
    if reference.time_column is None:
        return TableProfile(reference.summarize(rows), quarantined=quarantined)
    windows = sub_windows(window.start, window.end - timedelta(days=1))
    parts = split(reference, rows, windows=windows)
    return TableProfile(reduce(Profile.merge, (part.profile for part in parts)), parts, quarantined)
