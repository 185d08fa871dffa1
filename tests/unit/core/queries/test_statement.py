"""A statement is read, refused unless it only reads, and narrowed wherever it names a table of the archive."""

from datetime import date

import pytest

from courtside.contracts.archive import TABLES
from courtside.core.queries.errors import NotASelect, SeveralStatements, SqlUnreadable, TableUnknown
from courtside.core.queries.statement import Narrowing, Statement, read_statement

MARCH = Narrowing(models=("churn", "it's"), start=date(2026, 3, 1), end=date(2026, 4, 1))
EVERY_TABLE = dict.fromkeys(TABLES, MARCH)
NARROWED = "WHERE model IN ('churn', 'it''s') AND dt >= '2026-03-01' AND dt < '2026-04-01'"


@pytest.mark.parametrize(
    ("sql", "named"),
    [
        ("DROP TABLE drift", "DROP"),
        ("-- remark\ndelete from drift", "DELETE"),
        ("insert into drift select * from drift", "INSERT"),
        ("create table mine as select * from drift", "CREATE"),
        ("UNLOAD (SELECT * FROM drift) TO 's3://elsewhere/'", "UNLOAD"),
        ("select * into mine from drift", "INTO"),
        ("with gone as (delete from drift returning *) select * from gone", "DELETE"),
        ("merge into drift using labels on 1 = 1 when matched then delete", "MERGE"),
        ("alter table drift add column more int", "ALTER"),
        ("truncate table drift", "TRUNCATE"),
        ("grant select on drift to everybody", "GRANT"),
        ("set session x = 1", "SET"),
        ("use other", "USE"),
        ("explain analyze select 1", "EXPLAIN"),
        ("prepare mine from select 1", "PREPARE"),
        ("execute mine", "EXECUTE"),
        ("call system.kill()", "CALL"),
        ("msck repair table drift", "MSCK"),
        ("copy drift to 'file'", "COPY"),
        ("install httpfs", "INSTALL"),
        ("describe drift", "DESCRIBE"),
    ],
)
def test_what_is_no_select_is_refused(sql: str, named: str) -> None:
    with pytest.raises(NotASelect) as refused:
        read_statement(sql)
    assert refused.value.statement == named


@pytest.mark.parametrize("sql", ["select 1; select 2", "select 1; drop table drift", "select 1;\n-- x\nselect 2;"])
def test_one_statement_is_taken_at_a_time(sql: str) -> None:
    with pytest.raises(SeveralStatements):
        read_statement(sql)


@pytest.mark.parametrize(
    "sql", ["", "  ", "-- nothing", ";", "select from where", "selec 1", "select 'open", "(" * 2000, "select (1"]
)
def test_what_is_no_sql_is_refused_in_one_line(sql: str) -> None:
    with pytest.raises(SqlUnreadable) as refused:
        read_statement(sql)
    assert str(refused.value).isprintable()


@pytest.mark.parametrize("sql", ["select 1", "select 1;", "(select 1)", "with a as (select 1) select * from a"])
def test_a_select_is_taken_with_all_that_stands_around_it(sql: str) -> None:
    assert read_statement(sql).tables == ()


@pytest.mark.parametrize(
    ("sql", "tables"),
    [
        ("select * from Drift d join predictions using (model)", ("drift", "predictions")),
        ("with drift as (select * from labels) select * from drift", ("labels",)),
        ("select * from runs where id in (select training_id from decisions)", ("decisions", "runs")),
        ("select * from runs r where exists (select 1 from labels l where l.id = r.id)", ("labels", "runs")),
        ("select id from labels union all select id from predictions order by 1", ("labels", "predictions")),
        ("select * from (runs join labels on runs.id = labels.id)", ("labels", "runs")),
        ("select tag from drift cross join unnest(segments_drifted) as t(tag)", ("drift",)),
    ],
)
def test_its_tables_are_found_and_each_is_narrowed_once(sql: str, tables: tuple[str, ...]) -> None:
    statement = read_statement(sql)
    assert statement.tables == tables
    narrowed = statement.narrowed(EVERY_TABLE).sql("athena")
    assert narrowed.count(NARROWED) == len(tables)
    assert read_statement(narrowed).tables == tables


def test_a_table_keeps_its_name_its_alias_and_its_joins() -> None:
    sql = "select d.feature, labels.id from drift as d left join labels on labels.id = d.check_id"
    assert read_statement(sql).narrowed(EVERY_TABLE).sql("athena").replace(NARROWED, "…") == (
        "SELECT d.feature, labels.id FROM (SELECT * FROM drift …) AS d "
        "LEFT JOIN (SELECT * FROM labels …) AS labels ON labels.id = d.check_id"
    )


def test_a_table_without_days_is_narrowed_to_the_models_alone() -> None:
    statement = read_statement("select 1 from runs, production")
    to = statement.narrowings(MARCH, undated={"production"})
    assert to == {"production": Narrowing(models=MARCH.models), "runs": MARCH}
    narrowed = statement.narrowed(to).sql("athena")
    assert "FROM production WHERE model IN ('churn', 'it''s'))" in narrowed
    assert narrowed.count("dt >=") == 1


def test_nothing_is_narrowed_to_all_models_and_days() -> None:
    assert read_statement("select 1 from runs").narrowed({"runs": Narrowing()}).sql("athena") == "SELECT 1 FROM runs"


def test_other_databases_and_functions_that_give_tables_are_elsewhere_and_stay_as_they_are() -> None:
    statement = read_statement("select * from sales.orders, read_csv('/etc/passwd')")
    assert statement.tables == ()
    assert statement.elsewhere == ("READ_CSV('/etc/passwd')", "sales.orders")
    assert statement.narrowed(EVERY_TABLE) == statement


def test_an_unknown_table_is_named_with_those_that_there_are() -> None:
    with pytest.raises(TableUnknown, match="no table 'drfit'; it has arrivals, decisions"):
        read_statement("select * from drfit").known(TABLES)


@pytest.mark.parametrize(
    ("sql", "columns"),
    [
        ("select Feature, max(effect) from drift where psi > 1 group by 1", {"feature", "effect", "psi"}),
        ("select count(*) from drift", set()),
        ("select count(*) from runs join labels using (id)", {"id"}),
        ("select * from drift", None),
        ("select d.* from drift d", None),
        ("select d.model from drift d natural join labels", None),
        ("select columns('.*') from drift", None),
        ("select a from runs as r (a, b)", None),
        ("select feature from (select * from drift)", None),
    ],
)
def test_its_columns_are_found(sql: str, columns: set[str] | None) -> None:
    assert read_statement(sql).columns == columns


def test_a_limit_is_added_unless_there_is_one() -> None:
    def limited(sql: str) -> str:
        return read_statement(sql).at_most(5).sql("athena")

    assert limited("select id from runs order by id") == "SELECT id FROM runs ORDER BY id LIMIT 5"
    assert limited("select id from runs union select id from labels").endswith("LIMIT 5")
    assert limited("select id from (select id from runs limit 3) r").endswith("LIMIT 3) AS r LIMIT 5")
    assert limited("select id from runs limit 1000").endswith("LIMIT 1000")
    assert read_statement("select 1").at_most(None) == read_statement("select 1")


def test_days_take_the_places_that_are_kept_for_them() -> None:
    sql = "select 1 from runs where started_at >= :start and started_at < :END and id = :other"
    between = read_statement(sql).between(date(2026, 3, 1), None).sql("athena")
    assert "started_at >= CAST('2026-03-01' AS DATE)" in between
    assert "started_at < CAST('9999-12-31' AS DATE)" in between
    assert ":other" in between


def test_a_statement_is_not_changed_by_what_is_made_of_it() -> None:
    statement = read_statement("select 1 from runs where started_at >= :start")
    before = statement.sql("athena")
    made: list[Statement] = [statement.narrowed(EVERY_TABLE), statement.between(None, None), statement.at_most(3)]
    assert statement.sql("athena") == before
    assert before not in {each.sql("athena") for each in made}
