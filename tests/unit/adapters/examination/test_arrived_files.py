"""The doctor names files in quarantine until they are written again."""

from courtside.adapters.examination.arrived_files import arrived_files
from courtside.contracts import lake_keys
from courtside.core.findings import Level
from tests.datasets.churn import DATASET
from tests.unit.workflows.arriving import Desk
from tests.unit.workflows.test_arrivals import FIRST


def test_a_file_in_quarantine_is_a_warning_until_it_is_written_again() -> None:
    desk = Desk()
    (nothing,) = arrived_files(desk.lake, DATASET)
    assert (nothing.level, nothing.detail) == (Level.OK, "0 files have arrived, none is in quarantine")
    desk.arrive("march.parquet", FIRST.drop_columns(["payment"]))
    (finding,) = arrived_files(desk.lake, DATASET)
    assert finding.level is Level.WARN
    assert "1 of 1 files that arrived are in quarantine; the newest is s3://" in finding.detail
    assert "courtside tables arrivals --quarantine" in finding.fix
    desk.arrive("march.parquet", FIRST)
    (better,) = arrived_files(desk.lake, DATASET)
    assert (better.level, better.detail) == (Level.OK, "2 files have arrived, none is in quarantine")


def test_files_in_a_folder_of_another_name_are_a_warning() -> None:
    desk = Desk()
    desk.lake.write("incoming/churn/march.csv", b"")
    desk.lake.write("incoming/chrun/april.csv", b"")
    desk.lake.write("incoming/upsell/april.csv", b"")
    desk.lake.write(lake_keys.contract("upsell", 1, "0" * 64), b"name: upsell")
    finding, _ = arrived_files(desk.lake, DATASET)
    assert finding.level is Level.WARN
    assert "not looked at: 1, such as incoming/chrun/april.csv" in finding.detail
    assert "incoming/churn/" in finding.fix
