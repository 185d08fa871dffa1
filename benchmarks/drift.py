"""Compare the drift engine with a scipy loop, a bare scan and its peers, and print every bound it must keep.

The output is JSON. Each contender runs in a process of its own. Ratios are of median CPU seconds, because the
machine may be shared; wall seconds, imports and peak memory are printed beside them. Without the peers' environment
their bounds are reported as not measured; `uv sync --project benchmarks/peers --only-group peers` installs it. The
benchmark takes about five minutes with peers and one without.

Run `python -m benchmarks.drift [--quick] [--strict] [--peers PYTHON] [--keep FOLDER]` from the project's root.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from operator import itemgetter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))


ROOT = Path(__file__).resolve().parent.parent
PEERS_PYTHON = ROOT / "benchmarks" / "peers" / ".venv" / "bin" / "python"
EVIDENTLY = ("evidently_every_statistic", "evidently_default")
OTHERS = (
    "nannyml",
    "frouros",
    "alibi_detect",
    "deepchecks",
    "whylogs",
    "polars_by_hand",
)
QUICKEST = ("alibi_detect", "deepchecks", "polars_by_hand")
"""Only these peers are tried on the wide case, because the others were slower in every measured case."""
OURS = {
    "a": ("courtside", "courtside_from_bytes", "courtside_both_sides", "scipy"),
    "b": ("courtside_parquet", "scan", "scan_read_table", "scipy_parquet"),
    "d": ("courtside", "courtside_both_sides"),
    "memory_1m": ("courtside_parquet",),
    "memory_10m": ("courtside_parquet",),
}
# No peer may send telemetry, and no peer gets more threads than the others.
ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "NML_DISABLE_USAGE_LOGGING": "1",
    "DO_NOT_TRACK": "1",
    "WHYLOGS_NO_ANALYTICS": "True",
    "PYTHONWARNINGS": "ignore",
}
Measured = dict[str, float]
Cases = dict[str, dict[str, Measured]]


@dataclass(frozen=True, slots=True)
class Bound:
    """One line of the table; `holds` is None where it was not measured."""

    measure: str
    must: str
    value: float | None
    holds: bool | None


def main() -> None:
    """Print the measurements and the bounds as one JSON document."""
    options = _options()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        cases = {name: _measure(name, folder, options) for name in OURS if not (options.quick and name == "memory_10m")}
    from benchmarks.drifting.accuracy import differences

    imports = [_worker(sys.executable, "import", "a", Path(), 0) for _ in range(5)]
    imported = sorted(imports, key=itemgetter("import_seconds"))[2]
    bounds = [asdict(bound) for bound in _bounds(cases, imported)]
    print(json.dumps({"bounds": bounds, "cases": cases, "import": imported, "differences": differences()}, indent=2))
    if options.strict and any(bound["holds"] is False for bound in bounds):
        sys.exit(1)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Compare the drift engine with scipy, a bare scan and its peers.")
    parser.add_argument("--json", action="store_true", help="has no effect: the output is always JSON")
    parser.add_argument(
        "--quick", action="store_true", help="try only the fastest peer, and leave out the 10 million rows"
    )
    parser.add_argument("--peers", type=Path, default=PEERS_PYTHON, help="the peers' Python")
    parser.add_argument("--keep", type=Path, help="keep the tables in this folder for the next time")
    parser.add_argument("--strict", action="store_true", help="exit 1 if a bound does not hold")
    parser.add_argument("--seconds", type=float, default=4, help="run each contender for so many seconds")
    return parser.parse_args()


def _measure(name: str, folder: Path, options: argparse.Namespace) -> dict[str, Measured]:
    found = {}
    for preparation in ("tables", "courtside_store"):
        _worker(sys.executable, preparation, name, folder, 0)
    for contender in OURS[name]:
        found[contender] = _worker(sys.executable, contender, name, folder, options.seconds)
    peers = {"a": QUICKEST if options.quick else (*OTHERS, *EVIDENTLY), "d": QUICKEST}.get(name, ())
    for contender in peers if options.peers.exists() else ():
        found[contender] = _worker(str(options.peers), contender, name, folder, options.seconds)
    return found


def _worker(python: str, contender: str, case: str, folder: Path, seconds: float) -> Measured:
    print(f"{case}: {contender}", file=sys.stderr)
    return _run([python, "-m", "benchmarks.drifting.worker", contender, case, str(folder), str(seconds)])


def _run(command: list[str]) -> Measured:
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | ENVIRONMENT, capture_output=True, text=True, timeout=1800, check=False
    )
    if done.returncode:
        return {"failed": float(done.returncode)} if "drifting/peers.py" in done.stderr else _raise(done.stderr)
    found: Measured = json.loads(done.stdout.splitlines()[-1])
    return found


def _raise(text: str) -> Measured:
    raise RuntimeError(text)


def _bounds(cases: Cases, imported: Measured) -> Iterator[Bound]:
    a, b, d = cases["a"], cases["b"], cases["d"]
    ours, both = a["courtside"], a["courtside_both_sides"]
    yield _ratio("(a) profile loaded, scipy", a.get("scipy"), ours, 20)
    yield _ratio("(a) profile loaded, evidently with every statistic", a.get("evidently_every_statistic"), ours, 150)
    yield _ratio("(a) profile loaded, fastest peer", _fastest(a), ours, 5)
    yield _ratio("(a) both sides, scipy", a.get("scipy"), both, 5)
    yield _ratio("(a) both sides, fastest peer", _fastest(a), both, 1)
    for scan, limit in (("scan", 2.3), ("scan_read_table", 2.2)):
        times = b["courtside_parquet"]["cpu_seconds"] / b[scan]["cpu_seconds"]
        yield Bound(f"(b) CPU of the check, in CPU of {scan}", f"at most {limit}", times, times <= limit)
    yield _ratio("(b) from parquet, scipy", b.get("scipy_parquet"), b["courtside_parquet"], 50)
    yield _ratio("(d) profile loaded, fastest peer", _fastest(d), d["courtside"], 5)
    yield _ratio("(d) both sides, fastest peer", _fastest(d), d["courtside_both_sides"], 5)
    yield from _memory(cases)
    yield _limit("own import, seconds", imported["import_seconds"], 0.6)
    yield _limit("own import, MiB", imported["import_rss_mib"], 120)


def _memory(cases: Cases) -> Iterator[Bound]:
    one, ten = (
        cases.get(name, {}).get("courtside_parquet", {}).get("peak_rss_mib") for name in ("memory_1m", "memory_10m")
    )
    if one is None or ten is None:
        yield Bound("10 million rows, MiB over 1 million", "at most 40", None, None)
        return
    yield _limit("10 million rows, MiB over 1 million", ten - one, 40)
    yield _limit("10 million rows, MiB", ten, 350)


def _fastest(measured: dict[str, Measured]) -> Measured | None:
    peers = [measured[name] for name in (*OTHERS, *EVIDENTLY) if "cpu_seconds" in measured.get(name, {})]
    return min(peers, key=itemgetter("cpu_seconds"), default=None)


def _ratio(measure: str, other: Measured | None, ours: Measured, must: float) -> Bound:
    if other is None or "cpu_seconds" not in other:
        return Bound(measure, f"at least {must:g} times as fast", None, None)
    value = other["cpu_seconds"] / ours["cpu_seconds"]
    return Bound(measure, f"at least {must:g} times as fast", value, value >= must)


def _limit(measure: str, value: float, most: float) -> Bound:
    return Bound(measure, f"at most {most:g}", value, value <= most)


if __name__ == "__main__":
    main()
