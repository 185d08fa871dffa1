"""`courtside drift check` end to end, in a process of its own: files in, exit codes, JSON and files out."""

import json
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from courtside.core.dataset import Feature, FeatureKind
from courtside.core.drift import fit

COURTSIDE = [sys.executable, "-m", "courtside.cli"]
ROWS = 2_000
FEATURES = [
    Feature("points", FeatureKind.NUMERIC),
    Feature("venue", FeatureKind.CATEGORICAL),
    Feature("rested", FeatureKind.BINARY),
]
CONTRACT = """
name: tiny
time_column: game_date
id_columns: [game_id]
target: home_win
features:
  points: numeric
  venue: categorical
  rested: binary
"""


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COURTSIDE, *map(str, arguments)], capture_output=True, text=True, timeout=300, check=False)


def table(rows: int = ROWS, *, seed: int = 0, shift: float = 0.0, **columns: Any) -> pa.Table:
    rng = np.random.default_rng(seed)
    days = [date(2019, 1, 1) + timedelta(days=index % 28) for index in range(rows)]
    made: dict[str, Any] = {
        "game_date": pa.array(days, pa.date32()),
        "points": rng.normal(104 + shift, 6, rows),
        "venue": rng.choice(["home", "away"], rows),
        "rested": rng.integers(0, 2, rows),
    }
    return pa.table({name: pa.array(value) for name, value in (made | columns).items() if value is not None})


class Desk:
    """A folder with a contract and a reference, and the command on them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "tiny.yaml").write_text(CONTRACT)
        self.reference = self.write("reference.parquet", table())

    def write(self, name: str, content: pa.Table) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(content, path)
        return path

    def check(self, current: Path, *options: str | Path, reference: Path | str | None = None) -> Any:
        given = (
            "--reference",
            reference or self.reference,
            "--current",
            current,
            "--dataset",
            self.folder / "tiny.yaml",
        )
        return run("drift", "check", *given, *options)

    def report(self, current: Path, *options: str | Path, reference: Path | None = None) -> dict[str, Any]:
        done = self.check(current, "--json", *options, reference=reference)
        assert done.returncode == 0, done.stderr
        body: dict[str, Any] = json.loads(done.stdout)
        return body

    def refuses(self, current: Path, error: str, *options: str | Path, reference: Path | str | None = None) -> str:
        done = self.check(current, *options, reference=reference)
        assert done.returncode == 2, done.stdout + done.stderr
        assert error in done.stderr
        assert "Traceback" not in done.stderr
        return str(done.stderr)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_exit_codes_tell_drift_from_quiet(desk: Desk) -> None:
    quiet, moved = desk.write("quiet.parquet", table(seed=1)), desk.write("moved.parquet", table(seed=1, shift=6))
    assert desk.check(quiet, "--exit-code").returncode == 0
    assert desk.check(moved, "--exit-code").returncode == 3
    assert desk.check(moved).returncode == 0


def test_the_json_is_the_documented_form(desk: Desk) -> None:
    report = desk.report(desk.write("moved.parquet", table(seed=1, shift=6)))
    assert report["policy"] == "calibrated"
    assert report["current"] == {"rows": ROWS, "start": "2019-01-01", "end": "2019-01-28"}
    assert report["features"].keys() == {"points", "venue", "rested"}
    assert {
        *("kind", "psi", "psi_adjusted", "ks", "ks_pvalue", "wasserstein", "jensen_shannon", "chi2", "chi2_pvalue"),
        *("missing_rate", "effect", "p_adjusted", "drifted", "verdict", "reason"),
    } <= report["features"]["points"].keys()
    summary = report["summary"]
    assert (summary["features_checked"], summary["features_drifted"]) == (3, ["points"])
    assert (summary["drift_detected"], summary["sufficient_data"]) == (True, True)
    assert {"share_drifted", "severity", "began"} <= summary.keys()


def test_out_writes_the_same_report_and_its_page(desk: Desk) -> None:
    moved, out = desk.write("moved.parquet", table(seed=1, shift=6)), desk.folder / "out" / "drift"
    report = desk.report(moved, "--out", out)
    assert json.loads((out / "report.json").read_text()) == report
    page = (out / "report.html").read_text()
    assert page.startswith("<!doctype html>")
    assert "points" in page
    (desk.folder / "taken").write_text("a file")
    desk.refuses(moved, "FolderNotWritable", "--out", desk.folder / "taken")


def test_a_drift_that_begins_within_the_window_is_dated(desk: Desk) -> None:
    early, late = table(seed=1), table(seed=2, shift=9)
    cut = date(2019, 1, 15)
    half = [early.filter(pc.field("game_date") < cut), late.filter(pc.field("game_date") >= cut)]
    began = desk.report(desk.write("half.parquet", pa.concat_tables(half)))["summary"]["began"]
    assert date(2019, 1, 11) <= date.fromisoformat(began) <= date(2019, 1, 19)


def test_a_saved_profile_serves_as_reference(desk: Desk) -> None:
    saved = desk.folder / "reference.profile"
    saved.write_bytes(fit(table(), FEATURES, time_column="game_date").to_bytes())
    moved = desk.write("moved.parquet", table(seed=1, shift=6))
    from_profile = desk.report(moved, "--policy", "classic", reference=saved)
    assert from_profile["features"] == desk.report(moved, "--policy", "classic")["features"]
    damaged = desk.folder / "damaged.profile"
    damaged.write_bytes(saved.read_bytes()[:-20])
    done = desk.check(moved, reference=damaged)
    assert (done.returncode, "ProfileCorrupt" in done.stderr) == (1, True)


def test_what_could_not_be_compared_is_told_without_json_too(desk: Desk) -> None:
    contract = desk.folder / "wider.yaml"
    contract.write_text(f"{CONTRACT}  altitude: numeric\n  serial: numeric\n")
    serials = pa.array(2**61 + np.arange(ROWS))
    reference = desk.folder / "serial.profile"
    known = [*FEATURES, Feature("serial", FeatureKind.NUMERIC)]
    reference.write_bytes(fit(table(serial=serials), known, time_column="game_date").to_bytes())
    current = desk.write("serial.parquet", table(serial=serials, altitude=np.zeros(ROWS)))
    done = run("drift", "check", "--reference", reference, "--current", current, "--contract", contract)
    assert done.returncode == 0, done.stderr
    assert "altitude: not compared, because the reference was made without it" in done.stdout
    assert "serial: whole numbers beyond 2^53 were rounded to multiples of 512" in done.stdout


def test_days_narrow_the_current_table(desk: Desk) -> None:
    current = desk.write("current.parquet", table(seed=1))
    report = desk.report(current, "--from", "2019-01-08", "--to", "2019-01-15")
    assert (report["current"]["start"], report["current"]["end"]) == ("2019-01-08", "2019-01-14")
    desk.refuses(current, "EmptyWindow", "--from", "2020-01-01")
    desk.refuses(current, "DaysInvalid", "--from", "2019-01-08", "--to", "2019-01-01")
    desk.refuses(current, "NotADay", "--from", "someday")


def test_a_features_own_threshold_and_a_wrong_one(desk: Desk) -> None:
    moved = desk.write("moved.parquet", table(seed=1, shift=6))
    strict = desk.report(moved, "--policy", "classic", "--threshold", "points.ks=.9", "--threshold", "points.psi=9")
    assert strict["features"]["points"]["drifted"] is False
    for wrong in ("points.psi", "points.mood=.1", "nobody.psi=.1"):
        desk.refuses(moved, "ThresholdInvalid", "--policy", "classic", "--threshold", wrong)


def test_a_cut_file_among_good_ones_is_named_and_the_drift_found(desk: Desk) -> None:
    for day in range(1, 5):
        desk.write(f"folder/dt=2019-01-0{day}/part.parquet", table(500, seed=day, shift=6))
    bad = desk.folder / "folder/dt=2019-01-02/part.parquet"
    bad.write_bytes(bad.read_bytes()[:-100])
    done = desk.check(desk.folder / "folder", "--json", "--exit-code")
    assert done.returncode == 3
    assert "dt=2019-01-02/part.parquet: unreadable" in " ".join(done.stderr.split())
    report = json.loads(done.stdout)
    assert report["summary"]["files_quarantined"] == 1
    assert report["files_quarantined"][0]["file"].endswith("folder/dt=2019-01-02/part.parquet")
    assert report["current"]["rows"] == 1_500
    assert report["features"]["points"]["drifted"] is True


VERDICTS: dict[str, tuple[dict[str, Any], str, str]] = {
    "missing column": ({"points": None}, "points", "missing_column"),
    "integers became texts": ({"rested": pa.array(["1"] * ROWS)}, "rested", "wrong_type"),
    "all NaN": ({"points": np.full(ROWS, np.nan)}, "points", "all_missing"),
    "all null": ({"points": pa.nulls(ROWS, pa.float64())}, "points", "all_missing"),
    "constant": ({"points": np.full(ROWS, 104.0)}, "points", "drift"),
    "infinite": ({"points": np.full(ROWS, np.inf)}, "points", "all_missing"),
    "huge integers": ({"points": pa.array([2**62 + i for i in range(ROWS)])}, "points", "drift"),
    "100,000 categories": ({"venue": [f"hall {index}" for index in range(ROWS)]}, "venue", "drift"),
}


@pytest.mark.parametrize("case", VERDICTS)
def test_odd_columns_have_a_verdict_and_leave_the_others_alone(desk: Desk, case: str) -> None:
    columns, name, verdict = VERDICTS[case]
    report = desk.report(desk.write("odd.parquet", table(seed=1, **columns)))
    assert report["features"][name]["verdict"] == verdict
    assert report["features"][name]["drifted"] is True
    others = {"points", "venue", "rested"} - {name}
    assert {report["features"][other]["verdict"] for other in others} == {"no_drift"}


def test_a_category_explosion_stays_quick_and_small(desk: Desk) -> None:
    rows = 100_000
    many = table(rows, seed=1, venue=[f"hall {index}" for index in range(rows)])
    report = desk.report(desk.write("many.parquet", many))
    assert report["features"]["venue"]["unseen_rate"] == 1.0
    again = desk.report(desk.folder / "many.parquet", reference=desk.folder / "many.parquet")
    assert again["features"]["venue"]["verdict"] == "no_drift"


def test_target_and_prediction_are_checked_where_both_tables_have_them(desk: Desk) -> None:
    (desk.folder / "tiny.yaml").write_text(CONTRACT.replace("features:", "prediction: said\nfeatures:"))
    rng = np.random.default_rng(8)
    labelled = table(home_win=(rng.random(ROWS) < 0.6).astype(int), said=rng.random(ROWS))
    reference = desk.write("labelled.parquet", labelled)
    lost = table(seed=1, home_win=(rng.random(ROWS) < 0.4).astype(int), said=rng.random(ROWS))
    report = desk.report(desk.write("lost.parquet", lost), "--exit-code", reference=reference)
    assert (report["target"]["name"], report["target"]["verdict"]) == ("home_win", "drift")
    assert (report["prediction"]["name"], report["prediction"]["verdict"]) == ("said", "no_drift")
    assert report["summary"]["features_drifted"] == []
    shown = desk.check(desk.folder / "lost.parquet", reference=reference).stdout
    assert "The target home_win moved: share of '1' fell" in " ".join(shown.split())
    late = desk.report(desk.write("late.parquet", table(seed=1)), reference=reference)
    assert not {"target", "prediction"} & late.keys()
    unlabelled = desk.report(desk.folder / "lost.parquet", "--exit-code")
    assert not {"target", "prediction"} & unlabelled.keys()
    desk.write("partly/dt=2019-01-01/part.parquet", labelled)
    desk.write("partly/dt=2019-01-02/part.parquet", table(seed=2))
    partly = desk.report(desk.folder / "lost.parquet", reference=desk.folder / "partly")
    assert partly["target"]["verdict"] == "drift"


def test_an_extra_column_changes_nothing(desk: Desk) -> None:
    plain, extra = table(seed=1), table(seed=1, brand_new=np.zeros(ROWS))
    assert desk.report(desk.write("a.parquet", plain)) == desk.report(desk.write("b.parquet", extra))


def test_a_single_row_is_too_little_to_tell(desk: Desk) -> None:
    report = desk.report(desk.write("one.parquet", table(1, seed=1)), "--exit-code")
    assert report["summary"]["sufficient_data"] is False
    assert {feature["verdict"] for feature in report["features"].values()} == {"insufficient_data"}


def test_a_table_without_dates_is_compared_and_says_what_that_costs(desk: Desk) -> None:
    undated = desk.write("undated.parquet", table(game_date=None))
    report = desk.report(desk.write("moved.parquet", table(seed=1, shift=6)), reference=undated)
    assert report["reference"] == {"rows": ROWS, "start": None, "end": None}
    assert report["summary"]["features_drifted"] == ["points"]
    assert "independent" in report["features"]["points"]["reason"]


def test_bad_input_is_named_and_exits_2(desk: Desk) -> None:
    good = desk.write("good.parquet", table(seed=1))
    doubled = table(seed=1)
    doubled = pa.Table.from_arrays([*doubled.columns, doubled["points"]], [*doubled.column_names, "points"])
    desk.refuses(desk.folder / "nowhere", "TableMissing")
    desk.refuses(desk.write("doubled.parquet", doubled), "DuplicateColumns")
    desk.refuses(desk.write("empty.parquet", table(0)), "EmptyWindow")
    desk.refuses(desk.write("stray.parquet", pa.table({"weather": ["rain"]})), "MissingColumns")
    cut = desk.folder / "cut.parquet"
    cut.write_bytes(good.read_bytes()[:200])
    desk.refuses(cut, "UnreadableFile")
    desk.refuses(good, "UnreadableFile", reference=cut)
    desk.refuses(good, "AllMissing", reference=desk.write("nan.parquet", table(points=np.full(ROWS, np.nan))))
    desk.refuses(good, "WrongType", reference=desk.write("text.parquet", table(points=pa.array(["x"] * ROWS))))
    desk.refuses(good, "AddressInvalid", reference="gs://bucket/features")
    desk.refuses(good, "AddressInvalid", reference="s3://")
    desk.refuses(good, "ModelAddressInvalid", "--tracking-uri", "http://127.0.0.1:1", reference="models:/nba")


def test_a_tracking_server_that_is_away_is_said_in_one_line(desk: Desk) -> None:
    good = desk.write("good.parquet", table(seed=1))
    done = desk.check(good, "--tracking-uri", "http://127.0.0.1:9", reference="models:/nba-game-predictions@champion")
    assert done.returncode == 1
    assert "TrackingUnavailable" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_check_needs_none_of_the_heavy_libraries(desk: Desk) -> None:
    program = (
        "import sys\n"
        "from courtside.cli.main import app\n"
        f"app(['drift', 'check', '--reference', {str(desk.reference)!r}, '--current', {str(desk.reference)!r}, "
        f"'--dataset', {str(desk.folder / 'tiny.yaml')!r}, '--json'], standalone_mode=False)\n"
        "heavy = {'scipy', 'pandas', 'mlflow', 'matplotlib', 'sklearn', 'boto3', 'ministack'} & set(sys.modules)\n"
        "sys.exit(f'loaded: {heavy}' if heavy else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
