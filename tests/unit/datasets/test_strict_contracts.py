"""A contract that YAML would read differently than a person is refused with line, key and correction."""

import contextlib
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from courtside.contracts.key_names import VISIBLE
from courtside.datasets.catalog import DatasetInvalid, load_dataset

HEAD = "name: churn\ntime_column: day\nid_columns: [id]\ntarget: left\n"
WHOLE = f"{HEAD}features:\n  age: numeric\n"
Loader = Callable[[str | bytes], list[str]]


@pytest.fixture
def names(tmp_path: Path) -> Loader:
    """Return a function that writes a contract and returns the features read from it."""

    def read(content: str | bytes) -> list[str]:
        return _names(tmp_path, content)

    return read


def _names(folder: Path, content: str | bytes) -> list[str]:
    path = folder / "contract.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return load_dataset(str(path)).feature_names


@pytest.mark.parametrize("name", ["no", "on", "Yes", "2020", "1.5", "2020-01-01", "null", "~", "12:30", "0x1f"])
def test_a_name_that_yaml_does_not_read_as_text_is_accepted_only_in_quotes(names: Loader, name: str) -> None:
    with pytest.raises(DatasetInvalid, match=rf'line 7: the key features\.{name}: .*quotes: "{name}"'):
        names(f"{WHOLE}  {name}: numeric\n")
    assert names(f'{WHOLE}  "{name}": numeric\n') == ["age", name]
    with pytest.raises(DatasetInvalid, match=rf'line 4: target: .*quotes: "{name}"'):
        names(WHOLE.replace("left", name))
    with pytest.raises(DatasetInvalid, match=rf'line 3: id_columns\.0: .*quotes: "{name}"'):
        names(WHOLE.replace("[id]", f"[{name}]"))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (f"{WHOLE}  age: binary\n", r"line 7: the key features\.age stands here and in line 6"),
        (f"{WHOLE}target: other\n", r"line 7: the key target stands here and in line 4"),
        (f"{WHOLE}reference_season: 3\n", "line 7: the key reference_season .*did you mean reference_seasons"),
        (f"{WHOLE}comparable: {{phas: month}}\n", r"line 7: the key comparable\.phas .*did you mean phase"),
        (f"{HEAD}features:\n  age: numerical\n", r"line 6: features\.age is 'numerical'; did you mean numeric"),
        (f"{HEAD}features:\n  age: yes\n", r"line 6: features\.age is 'yes'; known are numeric"),
        (
            f"{WHOLE}entities:\n  ages: [id]\n",
            "line 8: no feature is called ages; write a feature's name, or a pattern",
        ),
        (f"{WHOLE}entities:\n  a*: []\n", r"line 8: a\* must list the columns that say which rows hang together"),
        (f"{WHOLE}entities:\n  a*: [left]\n", "line 8: .*target and prediction cannot be among them"),
        (f"{WHOLE}entities:\n  a*: id\n", r"line 8: entities\.a\* must be a list"),
        (f"{WHOLE}entities: [id]\n", r"line 7: entities must hold keys with values, like `home_\*:"),
        (f"{HEAD}features: [age]\n", "line 5: features must hold keys with values"),
        (f"{HEAD}features: {{}}\n", "line 5: features holds nothing"),
        (f"{HEAD}features:\n\tage: numeric\n", "line 6: a tab stands"),
        (WHOLE.replace("[id]", "id"), "line 3: id_columns must be a list"),
        (WHOLE.replace("left", ""), "line 4: target must be a text"),
        (WHOLE.replace("left", "[left]"), "line 4: target must be a text"),
        (WHOLE.replace("left", "{column: left, positive: Yes}"), 'line 4: target.positive: .*quotes: "Yes"'),
        (WHOLE.replace("left", "{column: no}"), 'line 4: target.column: .*quotes: "no"'),
        (WHOLE.replace("left", "{column: age}"), "line 4: age cannot be feature, target at once"),
        (WHOLE.replace("left", "{positive: gone}"), "line 4: the key target.column is missing"),
        (WHOLE.replace("left", "{column: left, positiv: gone}"), "line 4: .*target.positiv .*did you mean positive"),
        (WHOLE.replace("left", "age"), "line 4: age cannot be feature, target at once"),
        (WHOLE.replace("left", "id"), "line 4: id cannot be id column, target at once"),
        (WHOLE.replace("left", "day"), "line 2: day cannot be target, time_column at once"),
        (WHOLE.replace("day", "age"), "line 2: age cannot be feature, time_column at once"),
        (WHOLE.replace("[id]", "[id, age]"), "line 3: age cannot be feature, id column at once"),
        (f"{WHOLE}prediction: id\n", "line 7: id cannot be id column, prediction at once"),
        (f"{WHOLE}prediction: age\n", "line 7: age cannot be feature, prediction at once"),
        (f"{WHOLE}season_column: left\n", "line 7: left cannot be target, season_column at once"),
        (f"{WHOLE}season_column: day\n", "line 7: day cannot be time_column, season_column at once"),
        (f"{WHOLE}segments: [plan, left]\n", "line 4: left cannot be segment, target at once"),
        (f"{WHOLE}segments: [day]\n", "line 2: day cannot be segment, time_column at once"),
        (f"{HEAD}features: infer\nleave_out: [left]\n", "line 4: left cannot be leave_out, target at once"),
        (
            f"{WHOLE}comparable: {{phase: month}}\n".replace("time_column: day\n", ""),
            "line 6: .*there is no time_column",
        ),
        (
            f"{WHOLE}retrain: {{history: 5y}}\n".replace("time_column: day\n", ""),
            "line 6: retrain.history asks for the newest years, and there is no time_column",
        ),
        (f"{WHOLE}reference_seasons: many\n", "line 7: reference_seasons must be a whole number"),
        (f"{WHOLE}reference_seasons: {'9' * 5000}\n", "line 7: reference_seasons must be a whole number"),
        (f"{WHOLE}purpose: who leaves: when\n", "line 7: .*put text that holds a colon in quotes"),
        (f"{WHOLE}--- \n{WHOLE}", "line 7: .*keep one document"),
        (f"{WHOLE}purpose: !!python/name:os.system x\n", "line 7: the tag .* is not known here"),
        (f"{WHOLE}? [a, b]\n: numeric\n", "line 7: a key is a list"),
        (f'{WHOLE}purpose: "\\ud800"\n', "line 7: .*half a character"),
        ("# nothing but a comment\n", "the document is empty"),
        ("- age\n", "line 1: document must hold keys"),
        (f"{WHOLE}purpose: Kündigung\n".encode("latin-1"), "line 7: byte 0xfc .*save it as UTF-8"),
        (WHOLE.encode("utf-16"), "UTF-16; save it as UTF-8"),
        (WHOLE.encode("utf-16-be"), "UTF-16; save it as UTF-8"),
        (WHOLE.encode("utf-32"), "UTF-32; save it as UTF-8"),
        (WHOLE.encode("utf-32-le"), "UTF-32; save it as UTF-8"),
        (WHOLE.replace("  ", "\u00a0\u00a0").encode(), r"line \d: a line begins with U\+00A0, which looks like a"),
        (WHOLE.replace("  ", "\u3000").encode(), r"line \d: a line begins with U\+3000"),
        (b"PAR1\x00\x00", "line 1: .*control character 0x00"),
    ],
)
def test_a_mistake_is_refused_with_its_line_key_and_correction(names: Loader, content: str | bytes, says: str) -> None:
    with pytest.raises(DatasetInvalid, match=says):
        names(content)


@pytest.mark.parametrize(
    "content",
    [
        "a: &a [x, x]\nb: &b [*a, *a]\n",
        "name: *other\n",
        "[" * 20_000,
        "a: " + "{a: " * 5_000,
        "".join(f"{' ' * depth}a:\n" for depth in range(200)),
        "#" * 2**21,
    ],
    ids=["bomb", "alias", "brackets", "braces", "indents", "large"],
)
def test_a_document_that_expands_or_nests_deeply_is_refused_before_it_is_built(names: Loader, content: str) -> None:
    with pytest.raises(DatasetInvalid):
        names(content)


def test_a_byte_order_mark_and_windows_line_ends_are_accepted(names: Loader) -> None:
    assert names(b"\xef\xbb\xbf" + WHOLE.replace("\n", "\r\n").encode()) == ["age"]


_NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20).filter(lambda name: re.match(VISIBLE, name))


@given(given=st.lists(_NAMES, min_size=1, unique=True))
def test_any_names_written_by_yaml_are_read_back(tmp_path_factory: pytest.TempPathFactory, given: list[str]) -> None:
    features = {name: "numeric" for name in given if name not in {"day", "left"}} or {"age": "numeric"}
    contract = {"name": "t", "time_column": "day", "id_columns": [], "target": "left", "features": features}
    folder = tmp_path_factory.mktemp("names")
    content = yaml.safe_dump(contract, sort_keys=False)  # this writes ASCII only, with other characters escaped
    assert _names(folder, content) == list(features)


@given(change=st.binary(max_size=8), place=st.integers(0, len(WHOLE)), cut=st.integers(0, 8))
def test_any_content_is_either_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, change: bytes, place: int, cut: int
) -> None:
    content = WHOLE.encode()
    with contextlib.suppress(DatasetInvalid):
        assert _names(tmp_path_factory.mktemp("any"), content[:place] + change + content[place + cut :])
