"""`courtside costs` estimates templates, compares alternatives and names what it cannot price."""

import json
from pathlib import Path

import pytest

from tests.fakes.console_script import run

BUDGET = {
    "Type": "AWS::Budgets::Budget",
    "Properties": {"Budget": {"BudgetLimit": {"Amount": 2, "Unit": "USD"}}},
}


@pytest.fixture
def template(tmp_path: Path) -> Path:
    path = tmp_path / "courtside-dev-data.template.json"
    resources = {f"Secret{number}": {"Type": "AWS::SecretsManager::Secret"} for number in range(4)}
    path.write_text(json.dumps({"Resources": {**resources, "Budget": BUDGET}}))
    return path


def test_the_json_has_the_documented_form_and_is_all_that_is_printed(template: Path) -> None:
    done = run("costs", "--template", template, "--usage", "secret_reads=0", "--json")
    assert done.returncode == 0
    document = json.loads(done.stdout)
    assert list(document) == [
        "stage", "region", "prices_as_of", "total_usd_month",
        "with_allowances_usd_month", "without_allowances_usd_month", "lines",
    ]  # fmt: skip
    assert document["total_usd_month"] == 1.6
    assert set(document["lines"][0]) == {"resource", "service", "usage", "usd_month"}
    assert done.stderr == ""


def test_a_month_over_the_budget_names_the_most_expensive_lines(template: Path) -> None:
    done = run("costs", "--template", template, "--usage", "secret_reads=100000")
    words = " ".join(done.stderr.split())
    assert "$3.60 a month is over the stage's budget of $2" in words
    assert "data/Secret0 $0.90" in words
    assert "secret_reads=100000" in done.stdout


def test_the_cost_of_many_models_is_told_by_what_a_further_one_adds(template: Path) -> None:
    usage = ("--usage", "model_gb=10", "--usage", "model_bucket_writes=100000")
    document = json.loads(run("costs", "--template", template, "--models", "11", *usage, "--json").stdout)
    further = document["further_model"]
    assert document["models"] == 11
    assert sum(line["usd_month"] for line in further["lines"]) == pytest.approx(further["usd_month"], abs=0.001)
    assert further["lines"][0] | {"usage": ""} == {
        "resource": "further models", "service": "S3", "usage": "", "usd_month": pytest.approx(0.73, abs=0.01),
    }  # fmt: skip
    told = run("costs", "--template", template, "--models", "11", *usage)
    assert "each further model" in told.stdout
    counts = [line.split("\t")[0] for line in told.stdout.splitlines() if line.count("\t") == 3]
    assert counts[-4:] == ["1", "2", "10", "11"]
    assert run("costs", "--template", template, "--models", "0").returncode == 2


def test_a_resource_without_a_price_is_named(template: Path) -> None:
    document = json.loads(template.read_text())
    document["Resources"]["Warehouse"] = {"Type": "AWS::Redshift::Cluster"}
    template.write_text(json.dumps(document))
    assert "not in the total: data/Warehouse: AWS::Redshift::Cluster" in " ".join(
        run("costs", "--template", template).stderr.split()
    )


def test_an_alternative_with_an_unpriced_resource_has_no_total(template: Path) -> None:
    ways = json.loads(run("costs", "--template", template, "--region", "eu-west-1", "--compare", "--json").stdout)
    assert [(way["usd_month"] is None, bool(way["unpriced"])) for way in ways] == [
        (False, False), (True, True), (False, False), (True, True),
    ]  # fmt: skip
    assert "unknown" in run("costs", "--template", template, "--region", "eu-west-1", "--compare").stdout


@pytest.mark.parametrize("content", [None, "not json", "[]", '{"Resources": {"A": {}}}'])
def test_a_file_that_is_not_a_template_exits_2(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "x.template.json"
    if content is not None:
        path.write_text(content)
    done = run("costs", "--template", path)
    assert done.returncode == 2
    assert "TemplateUnreadable" in done.stderr
    assert run("costs", "--template", path, "--region", "moon-1").returncode == 2
