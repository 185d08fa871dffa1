"""An arriving file that cannot be used, in whole or in part, is kept, reported once, and read again on request."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pyarrow as pa
import pyarrow.csv
import pyarrow.feather
import pytest

from courtside.contracts.channels.slack import CHANNEL as SLACK
from courtside.core.dataset import Dataset
from courtside.core.rows.revisions import Came, News, news
from courtside.core.rows.sorting_out import SortedOut, sort_out
from courtside.workflows import arrivals, receivers, table_arrivals
from courtside.workflows.arrival_records import ArrivalUnknown, arrival_records, in_quarantine, look_again
from courtside.workflows.loads import read_loads
from courtside.workflows.ports import IncomingClosed
from tests.datasets.churn import DATASET
from tests.fakes.ports import RecordedAlerts
from tests.unit.core.drift.reading.test_foreign import FOREIGN
from tests.unit.workflows.arriving import NBA, NOW, ClosedPlace, Desk
from tests.unit.workflows.churn_lake import PREFIX, parquet
from tests.unit.workflows.test_arrivals import FIRST, LOADED, QUARANTINED, SECOND, as_csv


def test_wrong_rows_are_set_aside_with_their_file_and_reported_once() -> None:
    desk = Desk()
    times = FIRST["measured_at"].to_pylist()
    times[3] = None
    spoiled = FIRST.set_column(1, "measured_at", pa.array(times, pa.timestamp("us")))
    found = desk.arrive("march.csv", as_csv(spoiled))
    assert (found.outcome, found.new, found.wrong) == (LOADED, 199, 1)
    assert found.reason == "wrong rows: 1 with no measured_at"
    assert len(desk.rows()) == 199
    assert desk.lake.read(f"{found.quarantine}original/march.csv") == as_csv(spoiled)
    (header, row) = desk.lake.read(f"{found.quarantine}rows.csv").decode().splitlines()
    assert header.startswith('"row","reason","customer_id"')
    assert row.startswith('4,"no measured_at",3,')
    assert desk.report(found)["wrong"] == 1
    (alert,) = desk.alerts.sent
    assert alert.subject == "Courtside: part of a file of churn in quarantine"
    assert "Its other rows were taken in" in alert.text
    desk.arrive("again.csv", as_csv(spoiled))
    assert len(desk.alerts.sent) == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"PAR1 and then nothing of use", "parquet"),
        (b"a,b\n1,2\n", "measured_at"),
        (as_csv(FIRST.slice(0, 0)), "no rows"),
        (as_csv(FIRST.drop_columns(["payment"])), "payment"),
        (b"\xff\xfe" + "a;b\n".encode("utf-16-le"), "UTF-16"),
        (parquet(FIRST.set_column(2, "tenure_months", pa.array([["x"]] * 200))), "tenure_months"),
        (parquet(FIRST.set_column(10, "churned", pa.array(["maybe"] * 200))), "churned"),
    ],
)
def test_an_unusable_file_is_quarantined_and_reported_with_the_reason(content: bytes, said: str) -> None:
    desk = Desk()
    found = desk.arrive("odd/file.csv" if content[:4] != b"PAR1" else "odd/file.parquet", content)
    assert found.outcome == QUARANTINED
    assert said in found.reason
    assert "/tmp" not in found.reason  # noqa: S108 — the reason must not show the temporary folder
    assert desk.report(found)["reason"] == found.reason
    assert read_loads(PREFIX, lake=desk.lake)[0].loads == ()
    if content:
        assert desk.lake.read(f"{found.quarantine}original/{found.file.rsplit('/', 1)[1]}") == content
    (alert,) = desk.alerts.sent
    assert "None of its rows was taken in" in alert.text
    assert "docs/runbooks.md#a-file-in-quarantine" in alert.text
    assert desk.round().files == 0
    assert len(desk.alerts.sent) == 1


def test_a_round_counts_refused_files_apart_from_loaded_ones_with_wrong_rows() -> None:
    desk = Desk()
    times = pa.array([None, *FIRST["measured_at"].to_pylist()[1:]], pa.timestamp("us"))
    desk.put("part.parquet", FIRST.set_column(1, "measured_at", times))
    desk.put("refused.parquet", FIRST.drop_columns(["payment"]))
    desk.put("good.parquet", SECOND)
    done = desk.round()
    assert (done.files, done.loaded, done.refused, done.quarantined) == (3, 2, 1, 2)


def test_a_corrected_file_under_its_old_name_is_loaded() -> None:
    desk = Desk()
    desk.arrive("march.parquet", FIRST.drop_columns(["payment"]))
    assert desk.arrive("march.parquet", FIRST).new == 200


def test_a_file_that_does_not_fit_earlier_files_is_set_aside() -> None:
    desk = Desk()
    desk.arrive("a.parquet", FIRST)
    other = SECOND.set_column(0, "customer_id", SECOND["customer_id"].cast(pa.string()))
    assert "does not fit the files before it" in desk.arrive("b.parquet", other).reason


def test_a_file_that_is_too_large_is_reported_and_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrivals, "MOST_BYTES", 1_000)
    desk = Desk()
    found = desk.arrive("large.parquet", FIRST)
    assert "courtside tables load" in found.reason
    assert desk.lake.keys(f"{found.quarantine}original/") == []
    monkeypatch.undo()
    monkeypatch.setattr(receivers, "MOST_UNPACKED_BYTES", 1_000)
    assert "courtside tables load" in desk.arrive("unpacked.parquet", FIRST).reason


def test_a_failure_outside_a_file_ends_the_round_so_that_the_order_is_kept() -> None:
    def away(path: str) -> None:
        if path == "b.parquet":
            raise ConnectionError

    desk = Desk()
    desk.put("a.parquet", b"PAR1 and then nothing")
    desk.put("b.parquet", FIRST)
    desk.put("c.parquet", SECOND)
    desk.place.before_reading = away
    for _ in range(3):
        with pytest.raises(ConnectionError):
            desk.round()
    assert [record.file.rsplit("/", 1)[1] for record in desk.records()] == ["a.parquet"]
    assert len(desk.alerts.sent) == 1
    desk.place.before_reading = lambda _: None
    assert (desk.round(now=NOW + timedelta(days=1)).files, len(desk.rows())) == (2, 300)
    assert len(desk.alerts.sent) == 1


def test_all_wrong_files_of_a_round_are_told_in_one_alert_and_each_only_once() -> None:
    desk = Desk()
    times = pa.array([None, *FIRST["measured_at"].to_pylist()[1:]], pa.timestamp("us"))
    desk.put("a.parquet", FIRST.set_column(1, "measured_at", times))
    for number in range(5):
        desk.put(f"deep/{number}.csv", f"a,b\n1,{number}\n".encode())
    desk.put("copy.csv", b"a,b\n1,0\n")
    assert desk.round().quarantined == 7
    (alert,) = desk.alerts.sent
    assert alert.subject == "Courtside: 6 files of churn in quarantine"
    for record in desk.records()[:6]:
        assert f"{record.file}, " in alert.text
        assert desk.lake.uri(str(record.quarantine)) in alert.text
    assert "a.parquet, some rows: wrong rows: 1 with no measured_at" in alert.text
    assert "docs/runbooks.md#a-file-in-quarantine" in alert.text
    desk.put("renamed.csv", b"a,b\n1,3\n")
    desk.put("new.csv", b"a,b\n1,6\n")
    desk.round()
    (_, second) = desk.alerts.sent
    assert second.subject == "Courtside: a file of churn in quarantine"
    assert "new.csv" in second.text


@pytest.mark.parametrize("folder", ["long" * 100, "&" * 60 + "a"], ids=["long names", "names that Slack writes longer"])
def test_an_alert_about_many_files_says_how_many_it_does_not_name(folder: str) -> None:
    desk = Desk()
    for number in range(30):
        desk.put(f"{folder}/{number}.csv", f"a,b\n1,{number}\n".encode())
    desk.round()
    (alert,) = desk.alerts.sent
    assert alert.subject == "Courtside: 30 files of churn in quarantine"
    named = alert.text.count("•")
    assert 1 < named < 10
    assert f"*And {30 - named} more*: `courtside tables arrivals --quarantine --model churn` lists all." in alert.text
    assert "cut" not in json.dumps(SLACK.payload(alert.message("churn")))
    assert alert.text.endswith("docs/runbooks.md#a-file-in-quarantine")


def test_an_alert_that_cannot_be_sent_is_sent_by_the_next_round() -> None:
    desk = Desk(alerts=RecordedAlerts(failures=1))
    desk.put("a.csv", b"a,b\n1,2\n")
    desk.put("b.parquet", FIRST)
    with pytest.raises(ConnectionError):
        desk.round()
    assert len(desk.records()) == 2
    assert (desk.round().files, len(desk.alerts.sent)) == (0, 1)
    assert (desk.round().files, len(desk.alerts.sent)) == (0, 1)


def test_an_unforeseen_error_in_one_file_does_not_stop_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(table: pa.Table, dataset: Dataset) -> SortedOut:
        if table.num_rows == 7:
            raise pa.ArrowNotImplementedError("Unsupported cast")
        return sort_out(table, dataset)

    monkeypatch.setattr(receivers, "sort_out", fail)
    desk = Desk()
    desk.put("a.parquet", FIRST.slice(0, 7))
    desk.put("b.parquet", FIRST)
    assert desk.round().files == 2
    assert "a.parquet cannot be read (ArrowNotImplementedError: Unsupported cast)" in desk.records()[0].reason
    assert len(desk.rows()) == 200


def test_an_unforeseen_error_in_a_comparison_does_not_stop_the_files_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(table: pa.Table, known: Sequence[Came], *, identity: Sequence[str]) -> News:
        if table.num_rows == 7:
            raise ValueError
        return news(table, known, identity=identity)

    monkeypatch.setattr(table_arrivals, "news", fail)
    desk = Desk()
    desk.put("a.parquet", FIRST.slice(0, 7))
    desk.put("b.parquet", FIRST)
    assert desk.round().files == 2
    assert "a.parquet does not fit the files before it: ValueError" in desk.records()[0].reason
    assert len(desk.rows()) == 200


def test_an_id_that_is_not_a_number_is_a_missing_one() -> None:
    ids = pa.array([float("nan")] * 3 + [float(who) for who in range(3, 200)])
    desk = Desk()
    found = desk.arrive("a.parquet", FIRST.set_column(0, "customer_id", ids))
    assert (found.new, found.wrong, found.reason) == (197, 3, "wrong rows: 3 with no customer_id")
    assert desk.arrive("b.parquet", FIRST).new == 3


def test_a_refused_file_is_read_again_on_request() -> None:
    desk = Desk()
    refused = desk.arrive("a.parquet", FIRST.drop_columns(["payment"]))
    with pytest.raises(ArrivalUnknown, match=refused.id):
        look_again("0123", lake=desk.lake, dataset=DATASET)
    assert look_again(refused.id, lake=desk.lake, dataset=DATASET) == refused
    features = tuple(feature for feature in DATASET.features if feature.name != "payment")
    desk.dataset = replace(DATASET, features=features)
    assert desk.round().rows == 200
    (record,) = arrival_records(lake=desk.lake, dataset=DATASET)
    assert (record.outcome, in_quarantine([record])) == (LOADED, [])
    with pytest.raises(ArrivalUnknown, match="none is in quarantine"):
        look_again(refused.id, lake=desk.lake, dataset=DATASET)


def test_a_file_stays_in_quarantine_until_it_is_written_again() -> None:
    desk = Desk()
    desk.arrive("a.parquet", FIRST.drop_columns(["payment"]))
    desk.arrive("b.parquet", FIRST.drop_columns(["contract"]))
    desk.arrive("a.parquet", FIRST)
    records = arrival_records(lake=desk.lake, dataset=DATASET)
    assert [record.file.rsplit("/", 1)[1] for record in records] == ["a.parquet", "b.parquet", "a.parquet"]
    assert in_quarantine(records) == [records[1]]


@pytest.mark.parametrize("dataset", [DATASET, NBA], ids=["table", "games"])
@pytest.mark.parametrize("name", ["old.xls", "table.zip", "table.pdf", "table.json", "excel.xlsx"])
def test_a_file_that_is_no_table_is_quarantined_by_what_it_is(name: str, dataset: Dataset) -> None:
    content, said = FOREIGN[name]
    found = Desk(dataset).arrive(name, content)
    assert found.outcome == QUARANTINED
    assert said in found.reason


def test_an_incident_is_open_while_a_file_that_is_still_there_is_wrong() -> None:
    desk = Desk()
    for name in ("a", "b", "c"):
        desk.put(f"{name}.parquet", FIRST.drop_columns(["payment"]).slice(0, 10 + ord(name)))
    desk.round()
    incidents = desk.arrivals(desk.place).incidents
    desk.arrive("a.parquet", FIRST)
    desk.place.remove("b.parquet")
    desk.round()
    assert [each.kind for each in incidents.list("churn")] == ["quarantine"]
    with pytest.raises(IncomingClosed):
        desk.arrivals(ClosedPlace()).round(now=NOW)  # nothing is known of the files in it
    assert [each.kind for each in incidents.list("churn")] == ["quarantine"]
    desk.arrive("c.parquet", SECOND)
    assert [alert.telling for alert in desk.alerts.sent] == ["opened", "resolved"]
    wrong = desk.arrive("a.parquet", FIRST.drop_columns(["payment"]).slice(0, 10 + ord("a")))
    assert wrong.outcome == QUARANTINED
    assert [alert.telling for alert in desk.alerts.sent] == ["opened", "resolved", "opened"]


def test_an_incident_is_open_while_a_wrong_file_is_there_under_another_name() -> None:
    desk = Desk()
    for name in ("a.csv", "b.csv"):
        desk.put(name, b"a,b\n1,0\n")
    assert desk.round().quarantined == 2
    incidents = desk.arrivals(desk.place).incidents
    desk.arrive("a.csv", parquet(FIRST))
    assert [each.kind for each in incidents.list("churn")] == ["quarantine"]
    desk.place.remove("b.csv")
    desk.round()
    assert [alert.telling for alert in desk.alerts.sent] == ["opened", "resolved"]
