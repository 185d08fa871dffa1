"""Every query that ships runs on Athena, over the template's own tables, and finds what DuckDB finds in the files.

Athena is played by DuckDB here, so this proves tables, columns, narrowing and results, but not that AWS's own engine
takes each function.
"""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from secrets import token_hex

import pytest

from courtside.adapters.athena_queries import Athena, QueryOverLimit
from courtside.adapters.deployment import StageOutputs
from courtside.adapters.s3_lake import S3Lake
from courtside.cli.query_sources import Here
from courtside.contracts.archive import TABLES
from courtside.contracts.names import StackOutput
from courtside.core.queries.errors import QueryRefused
from courtside.core.queries.named import NAMED, NamedQuery
from courtside.core.queries.statement import Narrowing, read_statement
from infra.settings import settings_for
from tests.fakes.archive_rows import eventful_march, put
from tests.fakes.aws_environment import point_at
from tests.fakes.console_script import run
from tests.infra.conftest import synthesize
from tests.integration.embedded_aws.conftest import Deployed

KEPT = ("AWS::Glue::Database", "AWS::Glue::Table", "AWS::Athena::WorkGroup")
LEAST = 10_000_000
"""The lowest limit that a workgroup may have."""
NARROWINGS = (
    Narrowing(),
    Narrowing(models=("churn",), start=date(2026, 3, 9), end=date(2026, 3, 10)),
    Narrowing(models=("nobody",)),
)


@pytest.fixture(scope="module")
def outputs(deployed: Deployed, tmp_path_factory: pytest.TempPathFactory) -> Iterator[StageOutputs]:
    """The catalog and the workgroup of a stage's template over the test's lake, with a month in it."""
    lake = deployed.output("LakeName")
    template = synthesize(settings_for("dev"), tmp_path_factory.mktemp("dev")).data.template
    resources = {name: each for name, each in template["Resources"].items() if each["Type"] in KEPT}
    body = {"Parameters": {"LakeBucket": {"Type": "String", "Default": lake}}, "Resources": resources}
    formation = deployed.aws.client("cloudformation")
    formation.create_stack(StackName="queries", TemplateBody=json.dumps(body))
    formation.get_waiter("stack_create_complete").wait(StackName="queries", WaiterConfig={"Delay": 1})
    (database,) = (each for each in resources.values() if each["Type"] == KEPT[0])
    found = StageOutputs("dev")
    found |= {
        StackOutput.LAKE_BUCKET: lake,
        StackOutput.ARCHIVE_DATABASE: database["Properties"]["DatabaseInput"]["Name"],
        StackOutput.QUERY_WORKGROUP: "courtside-dev",
    }
    with pytest.MonkeyPatch.context() as patch:
        point_at(deployed.aws.instance.environment(), patch)
        eventful_march(S3Lake(lake))
        of_classes = {"id": "a", "predicted": "rose", "prediction": 0.9}
        put(S3Lake(lake), "predictions", "flowers", "2026-03-03", of_classes)
        yield found
    formation.delete_stack(StackName="queries")


@pytest.fixture
def athena(outputs: StageOutputs) -> Athena:
    named = (StackOutput.ARCHIVE_DATABASE, StackOutput.QUERY_WORKGROUP)
    return Athena(*(outputs[each] for each in named), S3Lake(outputs[StackOutput.LAKE_BUCKET]))


@pytest.mark.parametrize("query", NAMED.values(), ids=NAMED)
def test_a_query_that_ships_finds_the_same_by_athena_and_by_duckdb(athena: Athena, query: NamedQuery) -> None:
    for to in NARROWINGS:
        statement = read_statement(query.sql).between(to.start, to.end)
        narrowings = statement.narrowings(to, undated=query.undated)
        there = athena.answered(statement, narrowings).rows
        here = Here(athena.lake, "the lake").answered(statement, narrowings).rows
        assert there.column_names == here.column_names
        # Athena hands results back as CSV, in which awswrangler takes an empty text for null.
        assert there.to_pylist() == [{name: None if value == "" else value for name, value in row.items()}
                                     for row in here.to_pylist()]  # fmt: skip
        assert bool(here.num_rows) == (to.models != ("nobody",)) or to.start is not None


@pytest.mark.parametrize("table", TABLES)
def test_every_table_has_its_columns_where_it_has_rows_and_where_it_has_none(athena: Athena, table: str) -> None:
    columns = [each.name for each in TABLES[table].columns]
    listed = ", ".join(f'"{name}"' for name in [*columns, "model", "dt"])
    statement = read_statement(f"SELECT {listed} FROM {table}")  # noqa: S608 — names of our own
    there = athena.answered(statement, statement.narrowings(Narrowing()))
    here = Here(athena.lake, "the lake").answered(statement, statement.narrowings(Narrowing()))
    assert there.rows.num_rows == here.rows.num_rows
    assert bool(there.scanned_bytes) == bool(there.rows.num_rows)


def test_what_athena_refuses_is_said(athena: Athena) -> None:
    statement = read_statement("SELECT nope FROM runs")
    with pytest.raises(QueryRefused, match="nope"):
        athena.answered(statement, statement.narrowings(Narrowing()))


def test_a_query_over_the_workgroups_limit_is_stopped(athena: Athena, deployed: Deployed) -> None:
    client = deployed.aws.client("athena")

    def limit(count: int) -> None:
        updates = {"BytesScannedCutoffPerQuery": count}
        client.update_work_group(WorkGroup=athena.workgroup, ConfigurationUpdates=updates)

    before = client.get_work_group(WorkGroup=athena.workgroup)["WorkGroup"]["Configuration"]
    limit(LEAST)
    put(athena.lake, "runs", "large", "2026-03-01", {"outcome": token_hex(LEAST)})
    statement = read_statement("SELECT id FROM runs")
    try:
        with pytest.raises(QueryOverLimit):
            athena.answered(statement, statement.narrowings(Narrowing()))
    finally:
        limit(before["BytesScannedCutoffPerQuery"])
        athena.lake.remove(athena.lake.keys(TABLES["runs"].of("large")))


def test_the_command_asks_athena_and_writes_what_it_found(
    outputs: StageOutputs, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("courtside.adapters.deployment.stage_outputs", lambda _: outputs)
    asked = ("query", "prediction_counts", "--model", "churn", "--json")
    there, here = run(*asked), run(*asked, "--duckdb")
    assert (there.returncode, here.returncode) == (0, 0), there.stderr
    assert json.loads(there.stdout) == json.loads(here.stdout)
    assert "Athena read" in there.stderr
    assert run("query", "champion_when", "--parquet", tmp_path / "found.parquet").returncode == 0
