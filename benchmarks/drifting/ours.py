"""These contenders are Courtside's ways through a case, the plain scipy loop, and a bare scan of the same columns."""

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import fs

from benchmarks.drifting.tables import CASES, is_numeric
from courtside.core.dataset import Feature, FeatureKind
from courtside.core.drift import ClassicPolicy, DriftReport, Profile, check, fit
from courtside.core.drift.reading import FeatureTable, open_table, summarize_table

Run = Callable[[], object]


def features(case: str) -> list[Feature]:
    """Return a case's features with their kinds."""
    kinds = {"n": FeatureKind.NUMERIC, "b": FeatureKind.BINARY, "c": FeatureKind.CATEGORICAL}
    return [Feature(name, kinds[name[0]]) for name in CASES[case].columns]


def prepare(name: str, case: str, folder: Path, *, imported: Callable[[], None]) -> Run:
    """Load a contender's inputs and return the function that is timed."""
    paths = [folder / f"{case}_{side}.parquet" for side in ("reference", "current")]
    return _CONTENDERS[name](case, paths, imported)


def _scipy(case: str, paths: list[Path], imported: Callable[[], None], *, from_parquet: bool = False) -> Run:
    import scipy.spatial.distance
    import scipy.stats  # noqa: F401

    from benchmarks.drifting.scipy_loop import scipy_loop

    imported()

    def read(path: Path) -> dict[str, object]:
        table = pq.read_table(path)
        return {
            name: table[name].to_numpy() if is_numeric(name) or name[0] == "b" else table[name].to_numpy().astype(str)
            for name in CASES[case].columns
        }

    reference = read(paths[0])
    if from_parquet:
        return lambda: scipy_loop(reference, read(paths[1]))  # type: ignore[arg-type]
    current = read(paths[1])
    return lambda: scipy_loop(reference, current)  # type: ignore[arg-type]


def _loaded(case: str, paths: list[Path], imported: Callable[[], None]) -> Run:
    imported()
    profile, current, policy = _stored(case, paths), pq.read_table(paths[1]), ClassicPolicy()
    return lambda: check(profile, profile.summarize(current), policy)


def _from_bytes(case: str, paths: list[Path], imported: Callable[[], None]) -> Run:
    imported()
    stored, current, policy = _stored(case, paths).to_bytes(), pq.read_table(paths[1]), ClassicPolicy()

    def run() -> DriftReport:
        profile = Profile.from_bytes(stored)
        return check(profile, profile.summarize(current), policy)

    return run


def _both(case: str, paths: list[Path], imported: Callable[[], None]) -> Run:
    imported()
    reference, current = (pq.read_table(path) for path in paths)
    known, policy = features(case), ClassicPolicy()

    def run() -> DriftReport:
        profile = fit(reference, known)
        return check(profile, profile.summarize(current), policy)

    return run


def _parquet(case: str, paths: list[Path], imported: Callable[[], None]) -> Run:
    imported()
    profile, table, policy = _stored(case, paths), _table(paths[1]), ClassicPolicy()
    return lambda: check(profile, summarize_table(profile, table).profile, policy)


def _scan(case: str, paths: list[Path], imported: Callable[[], None]) -> Run:
    imported()
    columns = CASES[case].columns

    def run() -> int:
        file = pq.ParquetFile(paths[1])
        return sum(batch.num_rows for batch in file.iter_batches(columns=columns))

    return run


def _read(case: str, paths: list[Path], imported: Callable[[], None]) -> Run:
    imported()
    return lambda: pq.read_table(paths[1], columns=CASES[case].columns)


def _stored(case: str, paths: list[Path]) -> Profile:
    """Return the reference as a check gets it, read from bytes that another process has fitted."""
    kept = paths[0].with_suffix(".profile")
    if not kept.exists():
        kept.write_bytes(fit(_batches(paths[0]), features(case)).to_bytes())
    return Profile.from_bytes(kept.read_bytes())


def _store(case: str, paths: list[Path], imported: Callable[[], None]) -> Run:
    imported()
    return lambda: _stored(case, paths)


def _batches(path: Path) -> list[pa.RecordBatch]:
    return pq.read_table(path).to_batches()


def _table(path: Path) -> FeatureTable:
    return open_table(fs.LocalFileSystem(), str(path), name=path.name)


_CONTENDERS: dict[str, Callable[[str, list[Path], Callable[[], None]], Run]] = {
    "courtside_store": _store,
    "courtside": _loaded,
    "courtside_from_bytes": _from_bytes,
    "courtside_both_sides": _both,
    "courtside_parquet": _parquet,
    "scipy": _scipy,
    "scipy_parquet": lambda case, paths, imported: _scipy(case, paths, imported, from_parquet=True),
    "scan": _scan,
    "scan_read_table": _read,
}
