"""`courtside drift check` runs end to end, from files to exit codes, JSON and pages."""

import json
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from courtside.cli.drift import _rows
from courtside.core.dataset import Feature, FeatureKind
from courtside.core.drift import fit
from tests.fakes.console_script import run
from tests.unit.cli.drift_desk import CONTRACT, FEATURES, ROWS, Desk, run_apart, table
from tests.unit.core.drift.policies.test_decided import judged, seen
from tests.unit.core.drift.turned import FEATURES as TURNED
from tests.unit.core.drift.turned import turned


def test_the_exit_code_is_3_for_drift_if_asked_for(desk: Desk) -> None:
    quiet, moved = desk.write("quiet.parquet", table(seed=1)), desk.write("moved.parquet", table(seed=1, shift=6))
    assert desk.check(quiet, "--exit-code").returncode == 0
    found = desk.check(moved, "--exit-code")
    assert found.returncode == 3
    done = desk.check(moved)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "drift: yes")
    assert desk.check(quiet).stdout.splitlines()[-1] == "drift: no"
    apart = run_apart(*desk.command(moved), "--exit-code")
    assert (apart.returncode, apart.stdout) == (3, found.stdout)


def test_a_lost_correlation_is_drift_although_no_single_column_moved(desk: Desk) -> None:
    contract = CONTRACT.replace("game_date", "day").split("features:")[0]
    kinds = "".join(f"  {feature.name}: {feature.kind.value}\n" for feature in TURNED)
    (desk.folder / "tiny.yaml").write_text(f"{contract}features:\n{kinds}")
    reference = desk.write("history.parquet", turned(1, days=200, correlation=0.6))
    current = desk.write("parted.parquet", turned(2, days=20, correlation=0.0, first_day=200))
    done = desk.check(current, "--exit-code", "--out", desk.folder / "out", reference=reference)
    assert done.returncode == 3, done.stderr
    said = " ".join(done.stdout.split())
    assert "The table as a whole: the rank correlation of 'pace' and 'points' went 0.5" in said
    report = json.loads((desk.folder / "out" / "report.json").read_text())
    assert report["table"]["correlation_change"]["drifted"]


def test_each_segment_of_the_contract_is_reported_separately(desk: Desk) -> None:
    plan = np.where(np.arange(ROWS) % 8 == 0, "pro", "basic")
    (desk.folder / "tiny.yaml").write_text(f"{CONTRACT}segments: [plan, rested]\n")
    reference = desk.write("plans.parquet", table(plan=plan))
    points = np.random.default_rng(1).normal(104, 6, ROWS) + 6 * (plan == "pro")
    moved = desk.write("moved.parquet", table(seed=1, plan=plan, points=points))
    done = desk.check(moved, "--exit-code", "--out", desk.folder / "out", reference=reference)
    assert done.returncode == 3, done.stderr
    said = " ".join(done.stdout.split())
    assert "Segment plan = 'basic' (1,750 rows, 1,750 in the reference): no drift" in said
    assert "Segment plan = 'pro' (250 rows, 250 in the reference): points: mean rose" in said
    report = json.loads((desk.folder / "out" / "report.json").read_text())
    assert report["summary"]["features_drifted"] == []
    assert report["summary"]["segments_drifted"] == ["plan=pro"]
    assert [each["level"] for each in report["segments"] if each["column"] == "rested"] == ["0", "1"]
    absent = desk.check(moved)  # this reference has no column 'plan'
    assert absent.returncode == 2
    assert "no column 'plan' (it has game_date, points, venue, rested)" in absent.stderr
    assert "correct the segments" in absent.stderr


def test_every_form_of_the_report_names_segments_that_a_saved_reference_lacks(desk: Desk) -> None:
    (desk.folder / "tiny.yaml").write_text(f"{CONTRACT}segments: [rested]\n")
    saved = desk.folder / "plain.profile"
    saved.write_bytes(fit(table(), FEATURES, time_column="game_date").to_bytes())
    current = desk.write("quiet.parquet", table(seed=1))
    said = "rested: segments were not looked at, because the reference was made without them"
    done = desk.check(current, "--out", desk.folder / "out", reference=saved)
    assert said in " ".join(done.stdout.split())
    assert said in (desk.folder / "out" / "report.html").read_text()
    report = json.loads((desk.folder / "out" / "report.json").read_text())
    assert report["summary"]["segments_not_in_reference"] == ["rested"]
    with_them = json.loads(desk.check(current, "--json").stdout)
    assert with_them["summary"]["segments_not_in_reference"] == []


def test_the_json_has_the_documented_form(desk: Desk) -> None:
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


def test_out_writes_the_same_report_and_a_page(desk: Desk) -> None:
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


def test_text_output_also_names_what_could_not_be_compared(desk: Desk) -> None:
    contract = desk.folder / "wider.yaml"
    contract.write_text(f"{CONTRACT}  altitude: numeric\n  serial: numeric\n")
    serials = pa.array(2**62 // ROWS * np.arange(ROWS))
    reference = desk.folder / "serial.profile"
    known = [*FEATURES, Feature("serial", FeatureKind.NUMERIC)]
    reference.write_bytes(fit(table(serial=serials), known, time_column="game_date").to_bytes())
    current = desk.write("serial.parquet", table(serial=serials, altitude=np.zeros(ROWS)))
    done = run("drift", "check", "--reference", reference, "--current", current, "--contract", contract)
    assert done.returncode == 0, done.stderr
    assert "feature\teffect\tp\tpsi" in done.stdout
    assert "altitude: not compared, because the reference was made without it" in done.stdout
    assert "serial: whole numbers beyond 2^53 were rounded to multiples of" in done.stdout


def test_from_and_to_narrow_the_current_table(desk: Desk) -> None:
    current = desk.write("current.parquet", table(seed=1))
    report = desk.report(current, "--from", "2019-01-08", "--to", "2019-01-15")
    assert (report["current"]["start"], report["current"]["end"]) == ("2019-01-08", "2019-01-14")
    desk.refuses(current, "EmptyWindow", "--from", "2020-01-01")
    desk.refuses(current, "DaysInvalid", "--from", "2019-01-08", "--to", "2019-01-01")
    desk.refuses(current, "NotADay", "--from", "someday")


def test_a_feature_may_have_its_own_threshold_and_a_wrong_one_is_refused(desk: Desk) -> None:
    moved = desk.write("moved.parquet", table(seed=1, shift=6))
    strict = desk.report(moved, "--policy", "classic", "--threshold", "points.ks=.9", "--threshold", "points.psi=9")
    assert strict["features"]["points"]["drifted"] is False
    for wrong in ("points.psi", "points.mood=.1", "nobody.psi=.1"):
        desk.refuses(moved, "ThresholdInvalid", "--policy", "classic", "--threshold", wrong)


def test_a_truncated_file_is_named_and_the_drift_in_the_others_is_found(desk: Desk) -> None:
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


def test_a_hundred_thousand_new_categories_are_compared(desk: Desk) -> None:
    rows = 100_000
    many = table(rows, seed=1, venue=[f"hall {index}" for index in range(rows)])
    report = desk.report(desk.write("many.parquet", many))
    assert report["features"]["venue"]["unseen_rate"] == 1.0
    again = desk.report(desk.folder / "many.parquet", reference=desk.folder / "many.parquet")
    assert again["features"]["venue"]["verdict"] == "no_drift"


def test_target_and_prediction_are_checked_if_both_tables_have_them(desk: Desk) -> None:
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
    assert " ".join(shown.split()).endswith("drift: no, not in the features; target and prediction are not counted")
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


def test_a_single_row_is_insufficient_data(desk: Desk) -> None:
    one = desk.write("one.parquet", table(1, seed=1))
    report = desk.report(one, "--exit-code")
    assert report["summary"]["sufficient_data"] is False
    assert {feature["verdict"] for feature in report["features"].values()} == {"insufficient_data"}
    assert "1 usable current rows are too few to judge, at least 100 are needed" in desk.check(one).stdout


def test_the_terminal_distinguishes_p_values_that_look_alike() -> None:
    found = judged([seen("a", 0.002), seen("b", 0.012)])
    assert [(row["p"], row["verdict"]) for row in _rows(found)] == [
        ("< 1/52, ≤ 0.01", "drift"),
        ("< 1/52, > 0.01", "no_drift"),
    ]


def test_a_table_without_dates_is_compared_as_if_its_rows_were_independent(desk: Desk) -> None:
    undated = desk.write("undated.parquet", table(game_date=None))
    report = desk.report(desk.write("moved.parquet", table(seed=1, shift=6)), reference=undated)
    assert report["reference"] == {"rows": ROWS, "start": None, "end": None}
    assert report["summary"]["features_drifted"] == ["points"]
    assert "independent" in report["features"]["points"]["reason"]


def test_a_contract_may_leave_its_features_to_the_reference(desk: Desk) -> None:
    roles = CONTRACT.split("features:")[0]
    (desk.folder / "tiny.yaml").write_text(f"{roles}features: infer\nleave_out: [rested]\n")
    current = desk.write("moved.parquet", table(seed=1, shift=6, rested=None, extra=["a"] * ROWS))
    told = desk.report(current)
    kinds = {name: feature["kind"] for name, feature in told["features"].items()}
    assert kinds == {"points": "numeric", "venue": "categorical"}
    assert told["summary"]["features_drifted"] == ["points"]
    left_out = {"game_date": "it is the time_column", "rested": "the contract names it in leave_out"}
    assert told["summary"]["features_left_out"] == left_out
    assert (
        "`features: infer`, so 2 columns are compared, with the kinds that all 2,000 rows" in told["inferred"]["note"]
    )
    assert told["contract"]["name"] == "tiny"
    assert "rested: left out, because the contract names it" in desk.check(current).stderr
