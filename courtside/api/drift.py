"""Compare two tables: `courtside drift check` as a function."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from courtside.api.drift_result import DriftResult
from courtside.api.inputs import Table, contract_of, day_of, opened
from courtside.contracts.errors import InputMismatch
from courtside.contracts.names import DEFAULT_DATASET
from courtside.core.dataset import Dataset
from courtside.core.drift import Policy, Profile
from courtside.core.drift.policies import policy_named
from courtside.core.drift.reading import Days, FeatureTable, ProfileHasNoDays
from courtside.datasets.catalog import load_dataset
from courtside.workflows.compare_tables import Compared, compare_tables

DEFAULT_POLICY = "calibrated"
MODEL_SCHEME = "models:/"


def check_drift(
    reference: Table | Profile | Callable[[], Profile],
    current: Table | Profile,
    *,
    contract: Dataset | str | os.PathLike[str] | None = None,
    policy: Policy | str | None = None,
    thresholds: Mapping[str, float] | Sequence[str] = (),
    time_column: str | None = None,
    since: date | str | None = None,
    until: date | str | None = None,
    tracking_uri: str | None = None,
) -> DriftResult:
    """Compare `current` with `reference`, both read batch by batch.

    A table is a path or ``s3://`` address (parquet, CSV, Feather, a folder, a saved profile), or a frame of any library
    that speaks Arrow: pandas, polars, pyarrow, DuckDB. The reference may also be a registered model's,
    ``models:/name@champion``, on the server at `tracking_uri` (None: ``MLFLOW_TRACKING_URI``), or a function that
    fetches a profile, which is called once everything else was found usable.

    Without `contract` (a YAML file, a shipped name or what `load_contract` returned), the columns that both have are
    compared, with kinds inferred from the reference. `policy` and `thresholds` (``{"age.ks": 0.2}``) give the verdicts;
    without them the contract's do, or ``"calibrated"``. `time_column` says when each row happened (None: the
    contract's, or else guessed); `since` and `until` choose days of the current table, the last not included.

    Raises subclasses of `courtside.BadInput`, as the command does.

    >>> import pyarrow as pa
    >>> january = pa.table({"age": [20.0 + i % 50 for i in range(1000)], "plan": ["free", "paid"] * 500})
    >>> february = pa.table({"age": [30.0 + i % 50 for i in range(1000)], "plan": ["free", "paid"] * 500})
    >>> found = check_drift(january, february)
    >>> found.drift_detected, found.features_drifted
    (True, ('age',))
    >>> round(found.features["age"].statistic("ks"), 6), found.features["plan"].verdict.value
    (0.2, 'no_drift')
    """
    window, days = opened(current, name="current"), Days(day_of(since), day_of(until))
    named = None if contract is None else contract_of(contract)
    rules = _policy(named, policy, thresholds)
    known = _reference(reference, tracking_uri)
    if named is not None and isinstance(known, FeatureTable):  # the current table follows the reference
        known = known.alike(named)
    compared = _compared(named, known, window, time_column=time_column)
    window = _narrowed(window, days, time_column=compared.time_column)
    return DriftResult(compare_tables(known, window, compared=compared, policy=rules))


def _reference(given: Table | Profile | Callable[[], Profile], tracking_uri: str | None) -> FeatureTable | Profile:
    if callable(given):
        return given()
    if isinstance(given, str) and given.startswith(MODEL_SCHEME):
        return _registered(given, tracking_uri)
    return opened(given, name="reference")


def _registered(reference: str, tracking_uri: str | None) -> Profile:
    from courtside.adapters.registered_profiles import registered_profile

    uri = tracking_uri or os.environ.get("MLFLOW_TRACKING_URI")
    if not uri:
        raise InputMismatch(f"{reference} lies on a tracking server; name it with tracking_uri or MLFLOW_TRACKING_URI")
    return registered_profile(reference, tracking_uri=uri)


def _policy(
    contract: Dataset | None, policy: Policy | str | None, thresholds: Mapping[str, float] | Sequence[str]
) -> Policy:
    """Return the policy that is named, or else the contract's; a threshold that is given replaces the contract's."""
    texts = [f"{key}={limit}" for key, limit in thresholds.items()] if isinstance(thresholds, Mapping) else thresholds
    if not (policy is None or isinstance(policy, str)):
        if texts:
            raise InputMismatch("thresholds go with a policy's name; give a policy of your own its overrides instead")
        return policy
    ours = contract.policy if contract else DEFAULT_POLICY
    kept = contract.thresholds if contract and policy in {None, ours} else ()
    given = {text.rpartition("=")[0].strip(): text for text in (*kept, *texts)}
    return policy_named(policy or ours, thresholds=list(given.values()))


def _compared(
    contract: Dataset | None,
    reference: FeatureTable | Profile,
    current: FeatureTable | Profile,
    *,
    time_column: str | None,
) -> Compared:
    """Return which columns are compared: the contract's, those of nba_games where the reference has them, or both's."""
    if contract is None:
        shipped = load_dataset(DEFAULT_DATASET)
        there = set(reference.names if isinstance(reference, Profile) else reference.column_names)
        if isinstance(reference, Profile) and there.isdisjoint(shipped.feature_names):
            return Compared.of_profile(reference)
        if not (isinstance(reference, Profile) or there.issuperset(shipped.feature_names)):
            return Compared.inferred(reference, current, time_column=time_column)
        contract = shipped
    named = replace(contract, time_column=time_column or contract.time_column)
    return replace(Compared.of(named, reference), contract=contract.contract)


def _narrowed(table: FeatureTable | Profile, days: Days, *, time_column: str | None) -> FeatureTable | Profile:
    if days.unlimited:
        return table
    if not isinstance(table, FeatureTable):
        raise ProfileHasNoDays
    if time_column is None:
        raise InputMismatch(
            "--from and --to choose rows by their time, and neither a contract nor the values say which column holds "
            "it; name it with --time-column"
        )
    return table.of((), time_column=time_column, days=days)
