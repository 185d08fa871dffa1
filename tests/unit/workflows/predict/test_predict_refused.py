"""What cannot be predicted is set aside and told once, and keeps nothing else from being served."""

from dataclasses import replace
from datetime import timedelta

import pyarrow as pa
import pytest

from courtside.contracts import lake_keys
from courtside.contracts.scoring import Role
from courtside.workflows.ports import ModelUnusable
from courtside.workflows.predict.scoring import ScoringFailed
from courtside.workflows.sealed_models import SealBroken
from tests.fakes.predicting import DAY, NOW, LoansStage, loans


@pytest.fixture
def stage() -> LoansStage:
    stage = LoansStage()
    stage.promote("1", 0.5)
    return stage


def _spoil(stage: LoansStage, name: str) -> None:
    """Change what lies under the newest seal by hand."""
    prefix = lake_keys.seals("loans")
    keys = [key for key in stage.lake.objects if key.startswith(prefix) and key.endswith(name)]
    stage.lake.objects[keys[-1]] += b" "


def test_values_that_the_model_needs_are_set_aside_and_the_rest_is_served(stage: LoansStage) -> None:
    stage.promote("2", 0.5, needs_all=True)
    stage.put("march", loans(1, [0.2, None, 0.4]))
    done = stage.predict()
    assert (done.predicted, done.unchanged, done.set_aside) == (2, 0, 1)
    assert stage.said() == {"1|2026-03-10": 0.1, "3|2026-03-10": 0.2}
    assert done.problems == (
        "1 row of memory://tables/loans/march.parquet cannot be predicted: no amount, which the model needs",
    )


def test_people_are_told_once_of_each_row(stage: LoansStage) -> None:
    stage.promote("2", 0.5, needs_all=True)
    stage.put("march", loans(1, [None, 0.4]))
    for offset in range(3):
        assert stage.predict(DAY + timedelta(days=offset)).set_aside == 1
    (alert,) = stage.alerts.sent
    assert alert.subject == "Courtside: 1 row of loans cannot be predicted"
    assert "no amount, which the model needs" in alert.text
    stage.put("april", loans(11, [None]))
    stage.predict(DAY + timedelta(days=3))
    assert len(stage.alerts.sent) == 2
    assert "april" in stage.alerts.sent[1].text
    assert "march" not in stage.alerts.sent[1].text


def test_a_row_that_was_mended_is_predicted(stage: LoansStage) -> None:
    stage.promote("2", 0.5, needs_all=True)
    stage.put("march", loans(1, [None]))
    stage.predict()
    stage.put("march", loans(1, [0.2]))
    assert (stage.predict().predicted, stage.predict().set_aside) == (1, 0)
    assert [alert.telling for alert in stage.alerts.sent] == ["opened", "resolved"]
    stage.put("march", loans(1, [None]))
    stage.predict(now=NOW + timedelta(hours=1))
    assert [alert.telling for alert in stage.alerts.sent] == ["opened", "resolved", "opened"]


def test_rows_without_an_id_and_those_that_share_one_are_set_aside(stage: LoansStage) -> None:
    table = loans(1, [0.1, 0.2, 0.3, 0.4])
    ids = pa.array([1, None, 3, 3], pa.int64())
    more = loans(11, [0.1] * 40)
    stage.put("march", pa.concat_tables([table.set_column(0, "loan", ids), more]))
    done = stage.predict()
    assert (done.predicted, done.set_aside) == (41, 3)
    assert any("no loan" in each for each in done.problems)
    assert any("of another row with other values" in each for each in done.problems)


@pytest.mark.parametrize("name", ["row", "reason"])
def test_columns_may_be_called_as_what_is_said_of_wrong_rows(stage: LoansStage, name: str) -> None:
    stage.dataset = replace(stage.dataset, id_columns=(name,))
    table = loans(1, [0.2] * 30)
    ids = pa.array([None, *range(2, 31)], pa.int64())
    stage.put("march", table.set_column(0, "loan", ids).rename_columns([name, *table.column_names[1:]]))
    done = stage.predict()
    assert (done.predicted, done.set_aside) == (29, 1)
    assert f"cannot be predicted: no {name}" in done.problems[0]


def test_an_id_that_two_files_have_is_set_aside_in_both(stage: LoansStage) -> None:
    stage.put("march", loans(1, [0.1, 0.2]))
    stage.put("april", loans(2, [0.8, 0.9]))
    done = stage.predict()
    assert (done.predicted, done.set_aside) == (2, 2)
    assert set(stage.said()) == {"1|2026-03-10", "3|2026-03-10"}


def test_text_in_a_numeric_column_is_set_aside_row_by_row(stage: LoansStage) -> None:
    table = loans(1, [0.5] * 30)
    amounts = pa.array(["much", *["0.5"] * 29])
    stage.put("march", table.set_column(2, "amount", amounts))
    done = stage.predict()
    assert (done.predicted, done.set_aside) == (29, 1)
    assert "no number in amount" in done.problems[0]


def test_a_file_with_too_many_wrong_rows_is_set_aside_as_a_whole_and_the_others_are_served(stage: LoansStage) -> None:
    table = loans(1, [0.5] * 40)
    amounts = pa.array(["much"] * 15 + ["0.5"] * 25)
    stage.put("march", table.set_column(2, "amount", amounts))
    stage.put("april", loans(101, [0.1]))
    done = stage.predict()
    assert (done.predicted, done.set_aside) == (1, 40)
    assert "15 of its 40 rows are wrong" in done.problems[0]
    assert stage.alerts.sent[0].subject == "Courtside: 40 rows of loans cannot be predicted"


def test_ids_that_a_float_has_rounded_are_set_aside_and_the_others_are_served(stage: LoansStage) -> None:
    """Two of them may be one, so a label could be joined to the wrong row."""
    table = loans(1, [0.5, 0.5])
    stage.put("march", table.set_column(0, "loan", pa.array([2.0**53, 2.0**53 + 2])))
    stage.put("april", loans(101, [0.1]))
    done = stage.predict()
    assert (done.predicted, done.set_aside) == (1, 2)
    assert "cannot be compared" in done.problems[0]
    assert stage.alerts.sent[0].subject == "Courtside: 2 rows of loans cannot be predicted"


def test_a_file_that_cannot_be_read_keeps_no_other_from_being_served(stage: LoansStage) -> None:
    stage.put("march", loans(1, [0.1]))
    stage.lake.objects["tables/loans/broken.parquet"] = b"PAR1 is no parquet"
    done = stage.predict()
    assert done.predicted == 1
    assert "memory://tables/loans/broken.parquet was left out" in done.problems[0]


def test_a_column_that_the_champion_reads_and_rows_lack_is_named(stage: LoansStage) -> None:
    stage.promote("2", 0.5, column="income")
    stage.put("march", loans(1, [0.1, 0.2]))
    done = stage.predict()
    assert (done.predicted, done.set_aside) == (0, 2)
    assert "the model reads income, which these rows lack" in done.problems[0]
    stage.put("april", loans(11, [0.1]).append_column("income", pa.array([0.8])))
    assert stage.predict().predicted == 1


def test_a_column_that_only_the_champion_reads_is_read(stage: LoansStage) -> None:
    """The contract may have dropped a feature since the champion was trained."""
    stage.promote("2", 0.5, column="income")
    stage.put("march", loans(1, [0.1]).append_column("income", pa.array([0.8])))
    assert stage.predict().predicted == 1
    assert stage.said() == {"1|2026-03-10": 0.4}


def test_what_is_no_probability_is_not_kept(stage: LoansStage) -> None:
    stage.promote("2", 3.0)
    stage.put("march", loans(1, [0.1, 0.9]))
    done = stage.predict()
    assert (done.predicted, done.set_aside) == (1, 1)
    assert "the model said no probability" in done.problems[0]


def test_a_model_whose_code_fails_is_named(stage: LoansStage) -> None:
    stage.put("march", loans(1, [404.0]))
    with pytest.raises(ScoringFailed, match=r"version 1 failed while it predicted \(ZeroDivisionError: nobody foresaw"):
        stage.predict()
    assert stage.kept() == []


def test_a_champion_whose_files_were_changed_predicts_nothing(stage: LoansStage) -> None:
    _spoil(stage, "line.json")
    stage.put("march", loans(1, [0.1]))
    with pytest.raises(SealBroken, match="holds other bytes than were sealed"):
        stage.predict()
    assert stage.kept() == []


def test_a_champion_whose_manifest_was_changed_predicts_nothing(stage: LoansStage) -> None:
    _spoil(stage, "manifest.json")
    with pytest.raises(SealBroken):
        stage.predict()


def test_a_champion_that_cannot_be_opened_is_named_with_what_to_do(stage: LoansStage) -> None:
    stage.promote("2", unknown=1)
    with pytest.raises(ModelUnusable, match="version 2 cannot be loaded"):
        stage.predict()


def test_a_champion_from_before_seals_predicts_nothing_and_says_what_to_do(stage: LoansStage) -> None:
    entry = stage.ledger.documents["champion/current"]
    document = entry.document.replace(f'"sha256":"{entry.document.split("sha256")[1][3:67]}"', '"sha256":null')
    stage.ledger.documents["champion/current"] = replace(entry, document=document)
    stage.put("march", loans(1, [0.1]))
    done = stage.predict()
    assert (done.version, done.predicted) == ("1", 0)
    assert "`courtside versions promote 1 --reason WHY --model loans`" in done.problems[0]


@pytest.mark.parametrize("fault", ["spoilt", "unusable", "unsealed", "fails", "reads what is not there"])
def test_a_shadow_that_cannot_predict_is_told_and_keeps_nobody_from_being_served(stage: LoansStage, fault: str) -> None:
    stage.put("march", loans(1, [0.1]))
    if fault == "spoilt":
        stage.seal("9")
        _spoil(stage, "line.json")
    elif fault == "unusable":
        stage.seal("9", unknown=1)
    elif fault == "fails":
        stage.seal("9", needs_all=True)
        stage.put("march", loans(1, [0.1, 404.0]))
        stage.promote("2", 0.5, column="loan")
    elif fault == "reads what is not there":
        stage.seal("9", column="income")
    done = stage.predict(versions=("9",))
    (shadow,) = done.shadows
    assert (shadow.version, shadow.role, shadow.predicted) == ("9", Role.SHADOW, 0)
    assert shadow.problem
    assert stage.kept(version="9") == []
    if fault != "fails":
        assert done.predicted == 1
        assert stage.alerts.sent == []


def test_a_seal_that_somebody_spoilt_hides_no_other_version(stage: LoansStage) -> None:
    stage.seal("8")
    _spoil(stage, "manifest.json")
    stage.seal("9", 0.25)
    stage.put("march", loans(1, [0.4]))
    done = stage.predict(versions=("9", "8"))
    assert [(each.version, each.predicted) for each in done.shadows] == [("9", 1), ("8", 0)]
