"""A contract is proposed from a table's rows: every column gets a role and a reason for it."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from courtside.core.dataset import FeatureKind
from courtside.core.drift.errors import EmptyWindow, MissingColumns
from courtside.core.drift.reading import Sample
from courtside.core.proposal import NoTarget, NothingToLearnFrom, Part, Proposal, TargetUnfit, propose

ROWS = 1_200
RNG = np.random.default_rng(5)
DAYS = [date(2024, 1, 1) + timedelta(days=index // 4) for index in range(ROWS)]


def churn(**columns: Any) -> pa.Table:
    made: dict[str, Any] = {
        "customerID": [f"{index * 7919 % 9999:04d}-X" for index in range(ROWS)],
        "seen_on": pa.array(DAYS),
        "birth_date": pa.array([date(1960, 1, 1) + timedelta(days=int(each)) for each in RNG.integers(0, 9999, ROWS)]),
        "tenure": RNG.integers(0, 72, ROWS),
        "contract": RNG.choice(["monthly", "yearly", "two years"], ROWS),
        "senior": RNG.integers(0, 2, ROWS),
        "country": ["NO"] * ROWS,
        "Churn": RNG.choice(["Yes", "No"], ROWS, p=[0.3, 0.7]),
    }
    return pa.table({name: pa.array(column) for name, column in (made | columns).items() if column is not None})


def proposed(table: pa.Table, target: str | None = None) -> Proposal:
    return propose(Sample(table, table.num_rows), table="churn.csv", target=target)


def parts(table: pa.Table, target: str | None = None) -> dict[str, Part]:
    return {guess.column: guess.part for guess in proposed(table, target).guesses}


def test_every_column_gets_its_role() -> None:
    found = proposed(churn())
    assert {guess.column: guess.part for guess in found.guesses} == {
        "customerID": Part.ID,
        "seen_on": Part.TIME,
        "birth_date": Part.LEFT_OUT,
        "tenure": Part.FEATURE,
        "contract": Part.FEATURE,
        "senior": Part.FEATURE,
        "country": Part.LEFT_OUT,
        "Churn": Part.TARGET,
    }
    kinds = {guess.column: guess.kind for guess in found.of(Part.FEATURE)}
    assert kinds == {
        "tenure": FeatureKind.NUMERIC,
        "contract": FeatureKind.CATEGORICAL,
        "senior": FeatureKind.BINARY,
    }
    assert (found.target.column, found.target.values.positive, found.target.values.negative) == ("Churn", "Yes", "No")
    assert [each.column for each in found.candidates] == ["senior"]
    assert all(guess.reason for guess in found.guesses)


def test_a_named_target_is_used_and_an_unfit_one_is_refused() -> None:
    assert parts(churn(), "senior")["senior"] is Part.TARGET
    assert parts(churn(), "senior")["Churn"] is Part.FEATURE
    assert {each.reason for each in proposed(churn(), "senior").guesses if each.part is Part.TARGET} == {"it was named"}
    with pytest.raises(TargetUnfit, match=r"1,200 different values.*Churn, senior would do") as raised:
        proposed(churn(street=[f"street {index}" for index in range(ROWS)]), "street")
    assert raised.value.candidates == ("Churn", "senior")
    with pytest.raises(TargetUnfit, match="1 different value"):
        proposed(churn(), "country")
    with pytest.raises(MissingColumns):
        proposed(churn(), "churned")


@pytest.mark.parametrize(
    ("values", "positive"),
    [
        ([1, 2], "2"),
        ([0, 1], "1"),
        ([-1.0, 1.0], "1"),
        ([False, True], "true"),
        (["no", "yes"], "yes"),
        (["B", "M", "B"], "M"),
        (["won", "lost", "won"], "won"),
    ],
)
def test_class_1_is_the_larger_number_the_word_for_yes_or_the_rarer_text(values: list[Any], positive: str) -> None:
    table = churn(Churn=(values * ROWS)[:ROWS])
    assert proposed(table, "Churn").target.values.positive == positive


def test_a_column_that_reveals_the_target_is_suspected_in_any_form() -> None:
    table = churn()
    left = np.array(table["Churn"].to_pylist()) == "Yes"
    suspects = {
        "copy": table["Churn"],
        "coded": pa.array(np.where(left, 17, 4)),
        "noisy": pa.array(left + RNG.normal(0, 0.1, ROWS)),
        "left_because": pa.array(np.where(left, RNG.choice(["price", "moved"], ROWS), "stays")),
        "refund": pa.array([12.5 if each else None for each in left]),
    }
    found = {guess.column for guess in proposed(churn(Churn=table["Churn"], **suspects), "Churn").of(Part.SUSPECT)}
    assert found == suspects.keys()
    strong = pa.array(left + RNG.normal(0, 0.6, ROWS))
    assert parts(churn(Churn=table["Churn"], strong=strong), "Churn")["strong"] is Part.FEATURE


def test_the_time_column_has_no_gaps_and_tells_when_a_row_happened() -> None:
    updated = pa.array([day + timedelta(days=3) for day in DAYS])
    assert proposed(churn(updated_at=updated)).time.column == "seen_on"
    gaps = pa.array([None, *DAYS[1:]])
    found = proposed(churn(seen_on=gaps))
    assert found.time.column is None
    assert "none in 1 of 1,200 rows" in found.time.others["seen_on"]
    assert proposed(churn(seen_on=None)).time.column is None
    as_text = pa.array([day.isoformat() for day in DAYS])
    assert proposed(churn(seen_on=as_text)).time.column == "seen_on"
    as_seconds = pa.array([1_700_000_000 + 60 * index for index in range(ROWS)])
    assert proposed(churn(seen_on=None, ts=as_seconds)).time.column == "ts"


def test_repeated_ids_are_entities_and_may_identify_rows_together_with_the_time() -> None:
    customers = pa.array([f"c{index // 2 % 11}" for index in range(ROWS)])
    found = proposed(churn(customerID=None, customer_id=customers, seen_on=pa.array(DAYS)))
    assert (found.ids.columns, found.ids.entities) == ((), ("customer_id",))
    daily = pa.array([date(2024, 1, 1) + timedelta(days=index // 10) for index in range(ROWS)])
    store = pa.array([index % 10 for index in range(ROWS)])
    found = proposed(churn(customerID=None, store_id=store, seen_on=daily))
    assert (found.ids.columns, found.ids.entities) == (("store_id",), ("store_id",))


def test_constants_gaps_nested_columns_and_free_text_are_left_out() -> None:
    odd = {
        "nothing": pa.nulls(ROWS, pa.float64()),
        "not_a_number": pa.array(np.full(ROWS, np.nan)),
        "same": pa.array([3.5] * ROWS),
        "basket": pa.array([[1, 2]] * ROWS),
        "street": pa.array([f"street {index % 1_050}" for index in range(ROWS)]),
        "remark": pa.array([f"remark {index}" for index in range(ROWS)]),
    }
    found = parts(churn(**odd))
    assert {found[name] for name in odd} == {Part.LEFT_OUT}


def test_a_column_without_type_is_said_to_be_empty() -> None:
    found = proposed(churn(nothing=pa.nulls(ROWS)))
    (guess,) = (each for each in found.guesses if each.column == "nothing")
    assert (guess.part, guess.reason) == (Part.LEFT_OUT, "it has no value in any row")
    with pytest.raises(TargetUnfit, match="it has no value in any row"):
        proposed(churn(nothing=pa.nulls(ROWS)), "nothing")


def test_labels_may_be_missing() -> None:
    late = pa.array([None if index > 1_000 else index % 2 for index in range(ROWS)])
    found = proposed(churn(Churn=late), "Churn")
    assert found.target.values.share == pytest.approx(0.5, abs=0.01)
    as_float = pa.array([np.nan if index > 1_000 else float(index % 2) for index in range(ROWS)])
    assert proposed(churn(Churn=as_float), "Churn").target.values.positive == "1"


def test_a_table_that_nothing_can_be_learned_from_is_refused() -> None:
    with pytest.raises(NoTarget, match="exactly two values"):
        proposed(churn(Churn=None, senior=None))
    with pytest.raises(EmptyWindow):
        proposed(churn().slice(0, 0))
    with pytest.raises(NothingToLearnFrom, match="country"):
        proposed(churn().select(["country", "Churn"]))


def test_dictionary_encoded_columns_are_proposed_as_categories() -> None:
    table = pa.table({name: churn().column(name) for name in ("contract", "tenure", "Churn")})
    for place, name in enumerate(table.column_names):
        table = table.set_column(place, name, table.column(name).combine_chunks().dictionary_encode())
    found = proposed(table)
    kinds = {guess.column: guess.kind for guess in found.of(Part.FEATURE)}
    assert kinds == {"contract": FeatureKind.CATEGORICAL, "tenure": FeatureKind.CATEGORICAL}
    assert (found.target.values.positive, found.target.values.stated) == ("Yes", True)


def test_a_column_whose_name_no_contract_may_hold_is_left_out_with_the_reason() -> None:
    found = proposed(churn(**{"usage\x00gb": RNG.normal(0, 1, ROWS), "Price\n(USD)": RNG.normal(0, 1, ROWS)}))
    told = {guess.column: guess for guess in found.guesses}
    assert told["usage\x00gb"].part is Part.LEFT_OUT
    assert "control character" in told["usage\x00gb"].reason
    assert told["Price\n(USD)"].part is Part.FEATURE
