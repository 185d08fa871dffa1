"""The schema and the page tell every key of a contract, and the schema refuses what the reader refuses."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from courtside.core.gate.policy import OF_REGRESSION
from courtside.datasets.catalog import DatasetInvalid
from courtside.datasets.contract_keys import PARTS, ContractDocument
from courtside.datasets.contract_schema import PAGE, SCHEMA, page, schema
from courtside.datasets.strict_yaml import read_document
from tests.unit.datasets.least_contract import LEAST, read

TOGETHER: dict[str, dict[str, Any]] = {
    "comparable": {"time_column": "day"},
    "retrain": {"time_column": "day"},
    "leave_out": {"features": "infer"},
}  # these keys are allowed only beside others


def examples() -> list[dict[str, Any]]:
    """Return the example of every key, with nested keys inside their parents."""
    found = [{name: field.examples[0]} for name, field in ContractDocument.model_fields.items() if field.examples]
    for outer, keys in PARTS.items():
        for name, field in keys.model_fields.items():
            assert field.examples
            found.append({outer: {**({"column": "left"} if outer == "target" else {}), name: field.examples[0]}})
    return found


@pytest.mark.parametrize("example", examples(), ids=str)
def test_the_example_of_every_key_makes_a_contract_that_fits_the_schema(
    tmp_path: Path, example: dict[str, Any]
) -> None:
    content = {**LEAST, **TOGETHER.get(next(iter(example)), {}), **example}
    if example.get("gate", {}).keys() & OF_REGRESSION:
        content["task"] = "regression"
    jsonschema.validate(content, json.loads(SCHEMA.read_text()))
    dataset = read(tmp_path, content)
    assert dataset.features or dataset.to_infer


def test_every_key_has_an_example_and_a_description() -> None:
    fields = [
        *ContractDocument.model_fields.items(),
        *(each for k in PARTS.values() for each in k.model_fields.items()),
    ]
    for name, field in fields:
        assert field.examples, name
        assert field.description, name
        assert field.description.endswith("."), name


def test_the_schema_and_the_page_are_generated_from_the_model() -> None:
    assert SCHEMA.read_text(encoding="utf-8") == schema()
    text = PAGE.read_text(encoding="utf-8")
    assert page(text) == text
    for name in ContractDocument.model_fields:
        assert f"| `{name}` |" in text


def test_every_number_has_an_upper_limit() -> None:
    def unlimited(node: Any, path: str) -> list[str]:
        if isinstance(node, list):
            return [found for place, each in enumerate(node) for found in unlimited(each, f"{path}.{place}")]
        if not isinstance(node, dict):
            return []
        own = (
            [path]
            if node.get("type") in {"integer", "number"} and not node.keys() & {"maximum", "exclusiveMaximum"}
            else []
        )
        return own + [found for key, each in node.items() for found in unlimited(each, f"{path}.{key}")]

    # A target's value may be any number, because it is compared as text.
    assert [path for path in unlimited(json.loads(SCHEMA.read_text()), "") if ".positive." not in path] == []


def test_a_column_name_may_hold_the_line_breaks_of_a_spreadsheet(tmp_path: Path) -> None:
    content = {**LEAST, "features": {"Price\n(USD)": "numeric", "Größe\tcm": "numeric"}}
    jsonschema.validate(content, json.loads(SCHEMA.read_text()))
    assert read(tmp_path, content).feature_names == ["Price\n(USD)", "Größe\tcm"]


def test_the_shipped_contract_and_the_first_example_on_the_page_fit_the_schema(tmp_path: Path) -> None:
    shipped = read_document(Path(SCHEMA).with_name("nba_games.yaml").read_bytes()).values
    first = yaml.safe_load(PAGE.read_text(encoding="utf-8").partition("```yaml\n")[2].partition("```")[0])
    for content in (shipped, first):
        jsonschema.validate(content, json.loads(SCHEMA.read_text()))
        assert read(tmp_path, content).name == content["name"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"targett": "left"},
        {"task": "ranking"},
        {"features": {}},
        {"features": "inferred"},
        {"segments": ["a", "b", "c", "d"]},
        {"candidates": []},
        {"watch": {"thresholds": {"age.ks": 0}}},
        {"target": {"positive": "Yes"}},
        {"version": 0},
        {"version": 10**10},
        {"id_columns": ["a", "a"]},
        {"segments": ["a", "a"]},
        {"entities": {"age": ["a", "a"]}},
        {"candidates": ["lightgbm", "lightgbm"]},
        {"leave_out": ["a", "a"], "features": "infer"},
        {"features": {"a\0": "numeric"}},
        {"features": {"a\x1b[31m": "numeric"}},
        {"id_columns": ["a\x7f"]},
        {"target": "left\x9f"},
        {"purpose": "to\0know"},
        {"entities": {"age": ["\0"]}},
        {"entities": {"age\0": ["id"]}},
        {"reference_seasons": 10**6},
        {"watch": {"thresholds": {"age.psi": 1e300}}},
        {"gate": {"seed": 2**32}},
        {"gate": {"seed": 10**400}},
        {"gate": {"fresher_days": 10**9}},
        {"gate": {"fewest_rows": 10**18}},
        {"drift": "no"},
        {"watch": {"every": 7}},
        {"watch": {"window": "1.5d"}},
        {"watch": {"season": ["october"]}},
        {"retrain": {"every": "often"}},
        {"alerts": ["churn-team"]},
    ],
    ids=lambda wrong: repr(wrong)[:60],
)
def test_the_schema_refuses_the_same_mistakes_as_the_reader(tmp_path: Path, wrong: dict[str, Any]) -> None:
    content = {**LEAST, **wrong}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(content, json.loads(SCHEMA.read_text()))
    with pytest.raises(DatasetInvalid, match=next(iter(wrong))):
        read(tmp_path, content)
