"""An estimate is never shown without what speaks against it."""

from typing import Any

import pytest

from courtside.core.performance.estimate_errors import Errors, PastErrors
from courtside.core.performance.estimate_wording import estimate_rows, estimate_sentences
from courtside.core.performance.metrics import metrics_of

AUC = metrics_of("binary")[0]


def line(value: float | None = 0.741, **others: Any) -> dict[str, Any]:
    usual = {"window_start": "2026-11-16", "version": "1", "method": "cbpe", "metric": "auc", "rows": 840}
    return {**usual, "value": value, "constant": 0.795, "refused": None, "why": None, **others}


def past(estimate: float, constant: float, windows: int = 12) -> PastErrors:
    return PastErrors("auc", windows, Errors(estimate, estimate), Errors(constant, -constant / 2))


def test_the_estimate_leads_and_the_constant_stands_beside() -> None:
    (row,) = estimate_rows([line(), line(metric="log_loss")], AUC, past(0.01, 0.02))
    assert list(row.items()) == [
        ("from", "2026-11-16"),
        ("rows", 840),
        ("AUC by CBPE", 0.741),
        ("the holdout said", 0.795),
    ]
    assert next(estimate_sentences([line()], AUC, past(0.01, 0.02))) == (
        "over 12 past windows CBPE was off by 0.010 on average (0.010 too high), and the constant, what the holdout "
        "said, by 0.020 on average (0.010 too low)"
    )


def test_what_was_as_often_too_high_as_too_low_leans_to_neither_side() -> None:
    even = PastErrors("auc", 2, Errors(0.01, 0.0), Errors(0.02, -0.0002))
    assert next(estimate_sentences([line()], AUC, even)) == (
        "over 2 past windows CBPE was off by 0.010 on average, and the constant, what the holdout said, by 0.020 on "
        "average"
    )


def test_the_constant_leads_where_the_estimate_has_been_worse() -> None:
    (row,) = estimate_rows([line()], AUC, past(0.034, 0.021))
    assert list(row)[2:] == ["the holdout said", "AUC by CBPE"]
    first = next(estimate_sentences([line()], AUC, past(0.034, 0.021, windows=1)))
    assert first.startswith(
        "CBPE has been worse than the constant, so expect what the holdout said: over 1 past window the constant was "
        "off by 0.021"
    )


def test_an_estimate_that_has_never_met_labels_says_so_and_what_it_assumes() -> None:
    first, second = estimate_sentences([line()], AUC, None)
    assert first.endswith("so nobody knows how far off it is")
    assert second.startswith("CBPE assumes that ")


def test_a_refusal_says_why_beside_the_constant() -> None:
    why = "30% of the predictions are ones that the labelled rows have hardly any of"
    refused = line(None, refused="outside_predictions", why=why)
    first, second = estimate_rows([line(), refused], AUC, None)
    assert (first["no estimate because"], second["no estimate because"]) == (None, why)
    assert (second["AUC by CBPE"], second["the holdout said"]) == (None, 0.795)


def test_a_version_without_holdout_is_named_once_for_all_of_its_windows() -> None:
    lines = [line(None, constant=None, refused="no_holdout", why="it left none", version="3") for _ in range(5)]
    assert estimate_rows(lines, AUC, None) == []
    assert list(estimate_sentences(lines, AUC, None)) == [
        "version 3 is not estimated before its labels are in: it left none"
    ]


def test_versions_are_named_where_there_are_several() -> None:
    assert [row["version"] for row in estimate_rows([line(), line(version="2")], AUC, None)] == ["1", "2"]


@pytest.mark.parametrize("lines", [[], [line(metric="accuracy")]])
def test_nothing_is_said_where_nothing_is_estimated(lines: list[dict[str, Any]]) -> None:
    assert estimate_rows(lines, AUC, None) == []
    assert list(estimate_sentences(lines, AUC, None)) == []
