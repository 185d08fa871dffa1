"""`courtside drift check` names whatever it cannot compare and says what to do."""

import subprocess
import sys
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from tests.unit.cli.drift_desk import ROWS, Desk, table

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
def test_an_odd_column_gets_its_own_verdict_and_affects_no_other(desk: Desk, case: str) -> None:
    columns, name, verdict = VERDICTS[case]
    report = desk.report(desk.write("odd.parquet", table(seed=1, **columns)))
    assert report["features"][name]["verdict"] == verdict
    assert report["features"][name]["drifted"] is True
    others = {"points", "venue", "rested"} - {name}
    assert {report["features"][other]["verdict"] for other in others} == {"no_drift"}


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


def test_an_unreachable_tracking_server_is_reported_without_a_traceback(desk: Desk) -> None:
    good = desk.write("good.parquet", table(seed=1))
    done = desk.check(good, "--tracking-uri", "http://127.0.0.1:9", reference="models:/nba-game-predictions@champion")
    assert done.returncode == 1
    assert "TrackingUnavailable" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_check_imports_none_of_the_heavy_libraries(desk: Desk) -> None:
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
