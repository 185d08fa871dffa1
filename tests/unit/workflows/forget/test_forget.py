"""An id is erased from every place that holds it, in every version, and nothing else is."""

import io
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from courtside.contracts import lake_keys, ledger_keys, training_keys
from courtside.contracts.archive import table_named
from courtside.contracts.loads import Loads
from courtside.contracts.records import DataManifest, ForgottenRecord
from courtside.core.drift.reading import ALL_DAYS
from courtside.core.parquet import parquet_content
from courtside.workflows.archive.read import Archive
from courtside.workflows.archive_log import predictions_log
from courtside.workflows.freeze import freeze
from courtside.workflows.frozen_rows import DataErased, frozen_features
from courtside.workflows.lake_documents import read_document
from courtside.workflows.rows import usable_files
from courtside.workflows.sealed_models import SealBroken
from tests.unit.workflows.churn_lake import asked
from tests.unit.workflows.forget.held import OF_ANOTHER, cells, contents, holding, rows
from tests.unit.workflows.forget.life import CHURN, DAY, NEIGHBOUR, NOW, PERSON, Life, customers

HELD = {
    "archive/arrivals/",
    "archive/labels/",
    "archive/predictions/",
    "backups/tracking/",
    "incoming/churn/",
    "models/churn/labels/",
    "models/churn/quarantine/",
    "models/churn/sealed/",
    "models/churn/training/",
    "queries/",
    "tables/churn/",
    "tables/churn/_arriving/",
    "tables/churn/_unloaded/",
    "watch/round/",
}
"""Where the life of `a_life` leaves the id."""


def test_the_id_is_in_no_version_of_any_object_afterwards(life: Life) -> None:
    held = holding(life)
    assert {place for key in held for place in HELD if key.startswith(place)} >= HELD
    done = life.forget()
    assert holding(life) == set()
    assert done.proven
    assert done.proof.versions > 50
    assert PERSON in life.lake.read(OF_ANOTHER).decode()
    assert PERSON not in "".join(each.document for each in life.ledger.documents.values())


def test_rows_of_others_stay_as_they_were(life: Life) -> None:
    before, there = contents(life), set(life.lake.keys(""))
    life.forget()
    after = contents(life)
    assert {key.split("/")[0] for key in there - set(life.lake.keys("")) if "/original/" not in key} == {
        "incoming",
        "backups",
        "queries",
    }
    for key, versions in after.items():
        if versions != before.get(key) and versions[-1].startswith(b"PAR1") and not key.endswith("smoke.parquet"):
            assert rows(versions[-1]) == rows(before[key][-1]), key
            assert NEIGHBOUR in cells(versions[-1]) or NEIGHBOUR not in cells(before[key][-1])


def test_what_holds_no_id_is_not_touched(life: Life) -> None:
    held, before = holding(life), contents(life)
    life.forget()
    changed = {key for key, versions in contents(life).items() if versions != before.get(key)}
    copies = {key for key in changed if key.endswith("smoke.parquet")}
    assert len(copies) == 2
    assert changed - copies - held == {lake_keys.loads(lake_keys.tables("churn"))}


def test_known_rows_without_ids_are_found_by_their_features(life: Life) -> None:
    key = training_keys.training_smoke("churn", "first")
    before = pq.read_table(io.BytesIO(life.lake.read(key))).num_rows
    life.forget()
    assert before - 3 <= pq.read_table(io.BytesIO(life.lake.read(key))).num_rows < before
    assert life.lake.read(key) == life.sealed.read(training_keys.SMOKE_NAME)


def test_a_seal_still_refuses_what_nobody_erased(life: Life) -> None:
    life.forget()
    key = f"{lake_keys.sealed('churn', life.sealed.sha256)}{training_keys.SMOKE_NAME}"
    life.lake.write(key, life.lake.read(key) + b"more")
    with pytest.raises(SealBroken):
        life.sealed.read(training_keys.SMOKE_NAME)


def test_a_training_that_read_the_rows_says_that_they_were_erased(life: Life) -> None:
    manifest = read_document(DataManifest, training_keys.training_manifest("churn", "first"), lake=life.lake)
    frozen_features(manifest, lake=life.lake, dataset=CHURN)
    done = life.forget()
    assert done.record.trainings == ("first (version 1)",)
    with pytest.raises(DataErased, match=r"erased on request \(2026-03-01\), so it cannot be repeated"):
        frozen_features(manifest, lake=life.lake, dataset=CHURN)


def test_readers_find_the_other_rows_and_trainings_freeze_them(life: Life) -> None:
    before, _ = usable_files(ALL_DAYS, lake=life.lake, dataset=CHURN)
    life.forget()
    after, quarantined = usable_files(ALL_DAYS, lake=life.lake, dataset=CHURN)
    assert quarantined == ()
    assert sum(each.table.num_rows for each in before) - sum(each.table.num_rows for each in after) == 4
    manifest = freeze(asked("second"), lake=life.lake, dataset=CHURN)
    assert frozen_features(manifest, lake=life.lake, dataset=CHURN).table.num_rows > 300
    loads = read_document(Loads, lake_keys.loads(lake_keys.tables("churn")), lake=life.lake)
    for key, count in loads.objects.items():
        assert pq.read_table(io.BytesIO(life.lake.read(key))).num_rows == count


def test_a_round_after_it_brings_nothing_back(life: Life) -> None:
    life.forget()
    life.place.contents.clear()
    life.round()
    assert life.forgetting().look(now=NOW).nothing


def test_the_record_says_what_was_done_and_not_to_whom(life: Life) -> None:
    done = life.forget()
    record = read_document(ForgottenRecord, done.key, lake=life.lake)
    assert record == done.record
    assert (record.by, record.ids, record.columns, record.left) == ("arn:ann", 1, ("customer_id",), ())
    assert record.rows > 20
    assert record.versions > 20
    assert PERSON not in life.lake.read(done.key).decode()


def test_a_key_that_names_the_id_is_removed_and_masked_in_the_record(life: Life) -> None:
    folder = f"{lake_keys.tables('churn')}customer_id={PERSON}/part.parquet"
    life.lake.write(folder, life.lake.read(next(iter(life.lake.keys(lake_keys.tables("churn"))))))
    report = f"{lake_keys.records('churn')}notes/{PERSON}.json"
    life.lake.write(report, b"{}")
    done = life.forget()
    assert done.proven
    assert not life.lake.keys(folder)
    assert not life.lake.keys(report)
    assert {"tables/churn/[erased]/part.parquet", "models/churn/notes/[erased].json"} <= set(done.record.removed)


def test_to_look_changes_nothing(life: Life) -> None:
    before = {key: list(versions) for key, versions in life.lake.history.items()}
    found = life.forgetting().look(now=NOW)
    assert not found.nothing
    assert life.lake.history == before


def test_an_id_that_nobody_has_is_found_nowhere(life: Life) -> None:
    assert life.forgetting("C-999999").look(now=NOW).nothing


def test_several_ids_are_erased_at_once(life: Life) -> None:
    assert life.forget(PERSON, NEIGHBOUR).proven
    assert life.forgetting(NEIGHBOUR).look(now=NOW).nothing


def test_what_others_write_meanwhile_is_not_lost(life: Life) -> None:
    key = next(each for each in life.lake.keys(lake_keys.predictions("churn")))

    def rewritten() -> None:
        table = pq.read_table(io.BytesIO(life.lake.read(key)))
        content = io.BytesIO()
        pq.write_table(pa.concat_tables([table, table.slice(2, 1)]), content)
        life.lake.write(key, content.getvalue())

    before = len(rows(life.lake.read(key)))
    forgetting = life.forgetting()
    found = forgetting.look(now=NOW)
    held = [each for each in found.findings.held if each.version.key == key]
    life.lake.meanwhile = rewritten
    only = type(found)(type(found.findings)((), 0, 0, tuple(held), ()), 0, ())
    forgetting.erase(only, by="arn:ann", now=NOW)
    assert len(rows(life.lake.read(key))) == before + 1
    assert PERSON not in cells(life.lake.read(key))


def test_an_incident_of_another_model_is_not_looked_at(life: Life) -> None:
    other = ledger_keys.incident("churning", "quarantine")
    document = json.dumps({"line": f"{PERSON} is wrong"})
    life.ledger.documents[other] = type(next(iter(life.ledger.documents.values())))(other, document, 1)
    life.forget()
    assert PERSON in life.ledger.documents[other].document


def test_a_file_of_which_no_row_is_left_still_counts_and_can_be_read(life: Life) -> None:
    prefix, log = lake_keys.predictions("churn"), predictions_log("churn", lake=life.lake)
    life.predicts(customers(0, 1, seed=3))
    assert log.numbers(DAY) == [1, 2]
    life.forget()
    assert log.numbers(DAY) == [1, 2]
    assert log.read(DAY, 2).num_rows == 0
    assert len(life.lake.keys(prefix)) == 2
    rows_left = Archive(life.lake).read(table_named("predictions"), "churn", columns=["id"])
    assert rows_left.num_rows == log.read(DAY, 1).num_rows > 50


@pytest.mark.parametrize("damaged", [b"PAR1 and nothing else", b"\x1f\x8b and nothing else", b"PK\x03\x04"])
def test_a_version_that_cannot_be_read_keeps_no_other_from_being_erased(life: Life, damaged: bytes) -> None:
    first, second = life.lake.keys(lake_keys.predictions("churn"))[0], life.lake.keys(lake_keys.labels("churn"))[0]
    whole = life.lake.read(first)
    life.lake.write(first, damaged)
    life.lake.write(first, whole)
    life.lake.write(second, damaged)
    done = life.forget()
    assert not done.proof.held
    assert sorted(each.version.key for each in done.proof.unread) == sorted([first, second])
    assert not done.proven


def test_what_lies_in_a_folder_of_a_longer_id_is_not_touched(life: Life) -> None:
    other = f"{lake_keys.tables('churn')}customer_id={PERSON}.2/part.parquet"
    content = life.lake.read(next(iter(life.lake.keys(lake_keys.predictions("churn")))))
    life.lake.write(other, parquet_content(pq.read_table(io.BytesIO(content)).slice(0, 0)))
    assert life.forget().proven
    assert life.lake.keys(other)
