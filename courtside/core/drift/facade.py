"""The drift API of the system that Courtside replaces, as a thin layer over the engine."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Self

import pyarrow as pa

from courtside.contracts.errors import BadInput
from courtside.contracts.shortening import listed, shortened
from courtside.core.dataset import Feature
from courtside.core.drift.check import check
from courtside.core.drift.columns.kinds import inferred_kind, why_no_feature
from courtside.core.drift.errors import EmptyWindow, WrongType
from courtside.core.drift.policies.classic import ClassicPolicy
from courtside.core.drift.policies.policy import MINIMUM_ROWS
from courtside.core.drift.policies.thresholds import Threshold
from courtside.core.drift.profiles.fitting import fit
from courtside.core.drift.profiles.profile import Profile

if TYPE_CHECKING:
    from courtside.core.drift.reading.table import FeatureTable


class ConfigInvalid(BadInput):
    """A setting of `DataDriftDetection` does not exist."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)
        known = ", ".join(setting.name for setting in fields(DriftConfig))
        super().__init__(f"unknown drift setting {', '.join(names)}; there are {known}")


class SetupMissing(BadInput):
    """Drift was asked for before a reference was given."""

    def __init__(self) -> None:
        super().__init__("there is no reference yet; call setup(reference_data=...) first")


@dataclass(frozen=True, slots=True)
class DriftConfig:
    """Settings of `DataDriftDetection`.

    `features` are the columns to watch; None stands for every column that can be watched, with inferred kinds and
    without ids and times. `thresholds` are overrides such as ``"rest_days.psi=0.3"``, and `time_column` gives the
    report its dates.
    """

    psi_threshold: float = 0.2
    ks_threshold: float = 0.1
    chi2_threshold: float = 0.05
    minimum_rows: int = MINIMUM_ROWS
    features: Sequence[Feature] | None = None
    thresholds: Sequence[str] = ()
    time_column: str | None = None

    def policy(self) -> ClassicPolicy:
        """Return the classic policy with these thresholds; raises `ThresholdInvalid`."""
        return ClassicPolicy(
            psi=self.psi_threshold,
            ks=self.ks_threshold,
            chi2_pvalue=self.chi2_threshold,
            minimum_rows=self.minimum_rows,
            overrides=tuple(Threshold.parse(text) for text in self.thresholds),
        )


class DataDriftDetection:
    """Detects drift of a current table against a reference table.

    Tables are frames of pandas, polars, pyarrow, DuckDB or another library with the Arrow PyCapsule interface, or saved
    profiles; `courtside.DataDriftDetection` takes files as well.

    >>> import pyarrow as pa
    >>> reference = pa.table({"points": [float(90 + i % 30) for i in range(600)]})
    >>> detection = DataDriftDetection({"psi_threshold": 0.25}).setup(reference_data=reference)
    >>> result = detection.detect_drift(pa.table({"points": [float(97 + i % 30) for i in range(200)]}))
    >>> result["summary"]["features_drifted"], result["features"]["points"]["drifted"]
    (['points'], True)
    >>> result["alerts"]
    [{'feature': 'points', 'message': 'points: mean rose 104.5 → 111.0, KS 0.23 over 0.1, PSI 1.6 over 0.25'}]
    >>> detection.detect_drift(reference)["summary"]["drift_detected"]
    False
    """

    def __init__(self, config: DriftConfig | Mapping[str, Any] | None = None) -> None:
        """Take settings; raises `ConfigInvalid` for an unknown one, `ThresholdInvalid` for a bad threshold."""
        self._config = config if isinstance(config, DriftConfig) else _config(config or {})
        self._policy = self._config.policy()
        self._reference: Profile | None = None
        self._left_out: dict[str, str] = {}

    @property
    def reference(self) -> Profile:
        """The reference's profile; raises `SetupMissing` before `setup`."""
        if self._reference is None:
            raise SetupMissing
        return self._reference

    @property
    def left_out(self) -> Mapping[str, str]:
        """The columns of the reference that are not features, with the reasons; it is empty if features were given.

        Name a column in the setting `features` to watch it nevertheless.
        """
        return self._left_out

    def setup(self, *, reference_data: Any) -> Self:
        """Profile the reference; raises what `fit` raises, `UnreadableTable` for columns of mixed types."""
        table = self._opened(reference_data, name="reference")
        self._left_out = {}
        self._reference = table if isinstance(table, Profile) else self._fitted(table)
        self._policy.require_known(self._reference.names)
        return self

    def _fitted(self, table: "FeatureTable") -> Profile:
        features, time_column = self._config.features, self._config.time_column
        if features is None:
            batches = list(table.of(table.column_names))
            if not batches:
                raise EmptyWindow("reference")
            features, self._left_out = inferred_features(pa.Table.from_batches(batches), time_column=time_column)
        names = [feature.name for feature in features]
        self._policy.require_known(names)
        return fit(table.of(names, time_column=time_column), features, time_column=time_column)

    def _opened(self, data: Any, *, name: str) -> "FeatureTable | Profile":
        """Return a frame as a table that errors call `name`."""
        if isinstance(data, Profile):
            return data
        from courtside.core.drift.reading.frames import frame_table  # its readers take longer to import than the engine

        return frame_table(data, name=name)

    def detect_drift(self, current_data: Any) -> dict[str, Any]:
        """Return ``summary``, ``features`` and ``alerts`` (one per drifted feature) as JSON-ready values.

        The summary's ``features_left_out`` says which columns are not watched and why.
        Raises `SetupMissing`, `EmptyWindow`, `MissingColumns` if no feature is there, `DuplicateColumns`,
        `UnreadableTable`.
        """
        current = self._opened(current_data, name="current")
        if not isinstance(current, Profile):
            wanted = current.of(self.reference.columns_read, time_column=self.reference.time_column)
            current = self.reference.summarize(wanted)
        report = check(self.reference, current, self._policy)
        body = report.to_dict()
        alerts = [
            {"feature": feature.name, "message": f"{shortened(feature.name)}: {feature.reason}"}
            for feature in report.features
            if feature.drifted
        ]
        summary = body["summary"] | {"features_left_out": dict(self._left_out)}
        return {"summary": summary, "features": body["features"], "alerts": alerts}


def inferred_features(table: pa.Table, *, time_column: str | None = None) -> tuple[list[Feature], dict[str, str]]:
    """Infer which columns are features and of which kinds, and say why the others are not.

    Booleans and 0/1 are binary, other numbers numeric, text categorical. Ids, times (including `time_column`) and types
    that cannot be compared are left out; raises `WrongType` if nothing else is left.
    """
    features, left_out = [], {}
    for name in table.column_names:
        column = table[name]
        instead = why_no_feature(name, column)
        why = "it is the time column" if name == time_column else (instead.reason if instead else None)
        kind = None if why else inferred_kind(column)
        if kind is not None:
            features.append(Feature(name, kind))
        elif why is not None:
            left_out[name] = why
    if not features:
        found = listed([f"{shortened(name)}: {why}" for name, why in left_out.items()]) or "no columns"
        raise WrongType("*", found=found, expected="at least one column of numbers or text that is no id")
    return features, left_out


def _config(settings: Mapping[str, Any]) -> DriftConfig:
    unknown = sorted(settings.keys() - {setting.name for setting in fields(DriftConfig)})
    if unknown:
        raise ConfigInvalid(unknown)
    return DriftConfig(**settings)
