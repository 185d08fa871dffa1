"""The result of a drift check gives its figures in code, and shows itself as a page and in a notebook."""

import json
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

import courtside
from courtside.cli.main import app
from courtside.contracts.errors import InputMismatch
from courtside.core.drift import ClassicPolicy
from courtside.core.drift.errors import ThresholdInvalid

HOSTILE = '<script>alert("x")</script>&'


def table(seed: int, *, shift: float = 0.0, name: str = "speed") -> pa.Table:
    draw = np.random.default_rng(seed)
    return pa.table({name: draw.normal(shift, 1, 900), "side": draw.choice(["left", HOSTILE], 900)})


@pytest.fixture(scope="module")
def found() -> courtside.DriftResult:
    return courtside.check_drift(table(1), table(2, shift=0.8))


class Tags(HTMLParser):
    """A parser that collects the tags, addresses and words which a browser would find in a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for key, value in attrs if key in {"src", "href"}]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_a_result_has_the_same_figures_and_files_as_the_command(found: courtside.DriftResult, tmp_path: Path) -> None:
    pq.write_table(table(1), tmp_path / "a.parquet")
    pq.write_table(table(2, shift=0.8), tmp_path / "b.parquet")
    tables = ["--reference", str(tmp_path / "a.parquet"), "--current", str(tmp_path / "b.parquet")]
    said = CliRunner().invoke(app, ["drift", "check", *tables, "--json", "--out", str(tmp_path / "by-command")])
    assert json.loads(said.stdout) == found.to_dict() == json.loads(found.to_json())
    assert found.summary == found.to_dict()["summary"]
    saved = found.save(tmp_path / "by-code")
    assert [path.name for path in saved] == ["report.json", "report.html"]
    for path in saved:
        assert path.read_bytes() == (tmp_path / "by-command" / path.name).read_bytes()


def test_a_result_converts_to_a_table_with_one_row_per_feature(found: courtside.DriftResult) -> None:
    frame = found.to_frame()
    assert isinstance(frame, pd.DataFrame)
    assert frame["feature"].tolist() == ["speed", "side"]
    assert frame["drifted"].tolist() == [True, False]
    assert frame["ks"][0] == found.features["speed"].statistic("ks")
    assert np.isnan(frame["ks"][1])
    assert pa.table(found.to_arrow()).column("reason").to_pylist() == frame["reason"].tolist()


def test_the_repr_of_a_result_is_a_short_summary(found: courtside.DriftResult) -> None:
    first, compared, moved = repr(found).splitlines()
    assert first == "Drift: 1 of 2 features moved."
    assert compared == "900 rows compared with 900, policy calibrated"
    assert moved.startswith("speed: mean rose ")


@pytest.fixture(scope="module")
def by_contract(tmp_path_factory: pytest.TempPathFactory) -> courtside.DriftResult:
    """Return a check in which all rows moved, and with them the target and one of two segments."""
    path = tmp_path_factory.mktemp("contract") / "c.yaml"
    path.write_text("name: c\ntarget: won\nfeatures: {speed: numeric}\nsegments: [side]\n")

    def rows(seed: int, *, moved: bool) -> pa.Table:
        draw = np.random.default_rng(seed)
        side = draw.choice(["left", "right"], 1_500)
        speed = draw.normal(0, 1, 1_500) + 1.5 * moved * (side == "left")
        return pa.table(
            {"speed": speed, "side": side, "won": (draw.random(1_500) < (0.8 if moved else 0.3)).astype(int)}
        )

    return courtside.check_drift(rows(1, moved=False), rows(2, moved=True), contract=path)


def test_the_target_and_the_segments_are_told_where_the_whole_moved_too(by_contract: courtside.DriftResult) -> None:
    told = repr(by_contract)
    assert by_contract.features_drifted == ("speed",)
    assert "\nThe target won moved: " in told
    assert "\nSegment side = 'left' (" in told
    assert "\n1 of 2 segments: no drift, or too few rows to tell" in told
    words = Tags(by_contract._repr_html_()).words
    for line in told.splitlines()[3:]:
        assert line in words


def test_a_target_that_did_not_move_is_told(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text("name: c\ntarget: {column: side, positive: left}\nfeatures: {speed: numeric}\n")
    plain = pa.table({"speed": table(1)["speed"], "side": ["left", "right"] * 450})
    assert "\nThe target side did not drift: " in repr(courtside.check_drift(plain, plain, contract=path))


def test_a_notebook_shows_the_result_without_scripts_or_addresses() -> None:
    found = courtside.check_drift(table(1, name=HOSTILE), table(2, shift=0.8, name=HOSTILE))
    seen = Tags(found._repr_html_())
    assert set(seen.tags) <= {"div", "style", "p", "ul", "li", "table", "thead", "tbody", "tr", "th",
                              "td", "span", "details", "summary"}  # fmt: skip
    assert seen.addresses == []
    assert any(HOSTILE in words for words in seen.words)
    assert "Drift: 1 of 2 features moved." in seen.words


def test_a_notebook_names_the_columns_that_were_not_compared() -> None:
    before = table(1).append_column("row", pa.array(range(900)))
    html = courtside.check_drift(before, before)._repr_html_()
    assert "1 columns were not compared" not in html
    assert "1 column was not compared" in html
    assert "row: it numbers the rows" in html
    assert "No contract was given" in html


def test_text_takes_the_colour_of_the_notebook_and_badges_set_their_own(found: courtside.DriftResult) -> None:
    style = found._repr_html_().split("<style>")[1].split("</style>")[0]
    for rule in style.split("}"):
        if "background: #" in rule and ".badge {" in rule:
            assert "color: #ffffff" in rule
        elif "color:" in rule and ".badge" not in rule:
            assert "color: inherit" in rule or "border" in rule


@pytest.mark.parametrize("limits", [{"speed.ks": 0.9, "speed.psi": 9.0}, ["speed.ks=0.9", "speed.psi=9"]])
def test_thresholds_are_given_by_name(limits: dict[str, float] | list[str]) -> None:
    assert not courtside.check_drift(table(1), table(2, shift=0.8), thresholds=limits).drift_detected


def test_a_policy_may_be_an_object() -> None:
    own = ClassicPolicy(ks=0.99, psi=99.0)
    assert not courtside.check_drift(table(1), table(2, shift=0.8), policy=own).drift_detected
    with pytest.raises(InputMismatch, match="thresholds"):
        courtside.check_drift(table(1), table(2), policy=own, thresholds={"speed.ks": 0.1})


def test_bad_input_raises_the_same_errors_as_on_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    with pytest.raises(ThresholdInvalid):
        courtside.check_drift(table(1), table(2), thresholds={"nobody.ks": 0.1})
    with pytest.raises(InputMismatch, match="MLFLOW_TRACKING_URI"):
        courtside.check_drift("models:/churn@champion", table(2))
    with pytest.raises(courtside.BadInput, match="no such file"):
        courtside.check_drift(table(1), tmp_path / "nowhere.csv")
    with pytest.raises(courtside.BadInput, match="not a day"):
        courtside.check_drift(table(1), table(2), since="yesterday")
    with pytest.raises(courtside.BadInput, match="--time-column"):
        courtside.check_drift(table(1), table(2), since="2024-01-01")
