"""`courtside dashboard` shows the pages that the watch built, or builds them itself; a stage in memory is served."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from typer.testing import CliRunner, Result

from courtside.adapters.page_server import PageServer
from courtside.cli.main import app
from courtside.contracts import dashboard_keys
from courtside.workflows.dashboard import Dashboard
from courtside.workflows.linked_pages import links
from courtside.workflows.ports import Lake
from tests.fakes.deployed_stacks import DeployedStacks
from tests.fakes.ports import InMemoryLake
from tests.fakes.recorded_year import NOW, RecordedStage
from tests.fakes.replayed import replayed_folder

MODEL_PAGE = dashboard_keys.model_page("churn")


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> RecordedStage:
    found = RecordedStage(features=2)
    found.record("churn", 21, rows=210)
    found.add("fraud")
    monkeypatch.setattr("courtside.adapters.deployment.stage_outputs", lambda _: {})
    monkeypatch.setattr("courtside.adapters.stage_templates.StageTemplates", lambda _: DeployedStacks())
    monkeypatch.setattr("courtside.cli.dashboard.stage_models", lambda _: found.models)
    return found


def publish(stage: RecordedStage) -> None:
    """Build the pages of both models and that of all, as rounds do."""
    dashboard = Dashboard("dev", stage.models)
    for model in ("churn", "fraud"):
        dashboard.publish_model(model, now=NOW)
    dashboard.publish_stage(now=NOW)


def objects(stage: RecordedStage) -> dict[str, bytes]:
    assert isinstance(stage.lake, InMemoryLake)
    return dict(stage.lake.objects)


def dashboard(*options: str) -> Result:
    return CliRunner().invoke(app, ["dashboard", *options])


def test_a_stage_without_pages_says_what_builds_them(stage: RecordedStage) -> None:
    done = dashboard("--port", "0")
    assert type(done.exception).__name__ == "PagesNotBuilt"
    assert "`courtside watch`" in str(done.exception)
    assert "`courtside dashboard --build`" in str(done.exception)
    publish(stage)
    stage.add("new")
    done = dashboard("--model", "new", "--port", "0")
    assert "new has no page in stage dev yet" in str(done.exception)
    assert "`courtside dashboard --build --model new`" in str(done.exception)


def test_a_model_that_the_stage_does_not_have_is_named(stage: RecordedStage) -> None:
    publish(stage)
    assert type(dashboard("--model", "none", "--port", "0").exception).__name__ == "ModelUnknown"


def test_every_page_that_a_page_leads_to_is_written_where_its_links_find_it(
    stage: RecordedStage, tmp_path: Path
) -> None:
    publish(stage)
    done = dashboard("--to", str(tmp_path), "--json")
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    files = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert said["index"] == str(tmp_path / dashboard_keys.OVERVIEW_PAGE)
    assert len(files) == said["pages"]
    assert {dashboard_keys.OVERVIEW_PAGE, MODEL_PAGE, dashboard_keys.model_page("fraud")} <= files
    followed = {link for file in files for link in links(file, (tmp_path / file).read_bytes())}
    assert followed - files == set(said["missing"])
    assert not [file for file in files if not dashboard_keys.is_page(file)]


def test_a_page_that_is_gone_is_counted_and_keeps_no_other_from_being_written(
    stage: RecordedStage, tmp_path: Path
) -> None:
    publish(stage)
    stage.lake.remove([MODEL_PAGE])
    done = dashboard("--to", str(tmp_path), "--json")
    assert (done.exit_code, json.loads(done.stdout)["missing"]) == (0, [MODEL_PAGE])
    told = dashboard("--to", str(tmp_path))
    assert "1 that they link are not in the lake any more" in " ".join(told.stdout.split())


def test_a_page_that_is_damaged_is_written_as_it_is(stage: RecordedStage, tmp_path: Path) -> None:
    publish(stage)
    damaged = b'\xff\xfe<a href="http://[">' + stage.lake.read(MODEL_PAGE)
    stage.lake.write(MODEL_PAGE, damaged)
    assert dashboard("--to", str(tmp_path)).exit_code == 0
    assert (tmp_path / MODEL_PAGE).read_bytes() == damaged


def test_pages_are_built_here_without_a_change_to_the_lake(stage: RecordedStage, tmp_path: Path) -> None:
    before = objects(stage)
    done = dashboard("--build", "--to", str(tmp_path))
    assert done.exit_code == 0, done.output
    assert (tmp_path / MODEL_PAGE).read_bytes().startswith(b"<!doctype html>")
    assert b"Costs a month" in (tmp_path / MODEL_PAGE).read_bytes()
    assert objects(stage) == before


def test_a_model_that_cannot_be_shown_is_named_and_hides_no_other(stage: RecordedStage, tmp_path: Path) -> None:
    entry = stage.models.show("fraud")
    stage.lake.write(entry.contract_key, b"changed by hand")
    done = dashboard("--build", "--to", str(tmp_path))
    assert done.exit_code == 0, done.output
    assert "The pages of fraud cannot be built" in " ".join(done.stderr.split())
    assert (tmp_path / MODEL_PAGE).is_file()
    assert not (tmp_path / dashboard_keys.model_page("fraud")).exists()


def test_only_the_model_that_is_named_is_built_anew(stage: RecordedStage, tmp_path: Path) -> None:
    publish(stage)
    stage.lake.write(dashboard_keys.model_page("fraud"), b"<!doctype html>as the watch built it")
    stage.lake.write(MODEL_PAGE, b"<!doctype html>as the watch built it")
    assert dashboard("--build", "--model", "churn", "--to", str(tmp_path)).exit_code == 0
    assert b"as the watch built it" not in (tmp_path / MODEL_PAGE).read_bytes()
    assert b"as the watch built it" in (tmp_path / dashboard_keys.model_page("fraud")).read_bytes()


@contextmanager
def served(lake: Lake, begin: str = dashboard_keys.OVERVIEW_PAGE) -> Iterator[PageServer]:
    with PageServer(lake.read, begin=begin) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def ask(server: PageServer, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    connection = HTTPConnection("127.0.0.1", server.server_port, timeout=60)
    connection.request(method, path, headers=headers)
    answer = connection.getresponse()
    return answer.status, dict(answer.headers), answer.read()


def let_in(server: PageServer) -> dict[str, str]:
    parts = urlsplit(server.entrance)
    _, headers, page = ask(server, f"{parts.path}?{parts.query}")
    assert server.token.encode() not in page
    return {"Cookie": headers["Set-Cookie"].split(";")[0]}


def test_a_browser_that_was_let_in_begins_at_the_page_and_follows_its_links(stage: RecordedStage) -> None:
    publish(stage)
    with served(stage.lake, MODEL_PAGE) as server:
        parts = urlsplit(server.entrance)
        assert f'url=/{MODEL_PAGE}"'.encode() in ask(server, f"{parts.path}?{parts.query}")[2]
        status, headers, page = ask(server, f"/{MODEL_PAGE}", **let_in(server))
        assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
        assert page == stage.lake.read(MODEL_PAGE)
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "script-src" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert all(ask(server, f"/{key}", **let_in(server))[0] == 200 for key in links(MODEL_PAGE, page)[:3])


def test_whoever_was_not_let_in_sees_no_page(stage: RecordedStage) -> None:
    publish(stage)
    with served(stage.lake) as server:
        for headers in ({}, {"Cookie": "a=b"}, let_in(server) | {"Sec-Fetch-Site": "cross-site"}):
            assert ask(server, f"/{MODEL_PAGE}", **headers)[0] == 403
        status, _, said = ask(server, f"/{MODEL_PAGE}")
        assert (status, b"`courtside dashboard`" in said) == (403, True)


@pytest.mark.parametrize(
    "path",
    [
        f"/{dashboard_keys.summary('churn')}", "/models/churn/contract/v1.yaml", "/tables/churn/a.parquet",
        "/models/churn/training/t/holdout.parquet", "/dashboard/", "/", "/models/churn/drift/dt=2026-11-01/a.json",
        "/models/churn/page.html", "/..%2fmodels/churn/page.html", "//evil.example/a.html",
    ],
)  # fmt: skip
def test_no_other_object_of_the_lake_is_served(stage: RecordedStage, path: str) -> None:
    publish(stage)
    stage.lake.write(path.removeprefix("/"), b"secret")
    with served(stage.lake) as server:
        status, _, said = ask(server, path, **let_in(server))
        assert (status, b"secret" in said) == (404, False)


def test_pages_are_only_read_and_one_that_is_gone_is_no_failure_of_the_server(stage: RecordedStage) -> None:
    publish(stage)
    with served(stage.lake) as server:
        passed = let_in(server)
        assert ask(server, f"/{MODEL_PAGE}", "DELETE", **passed)[0] == 405
        assert ask(server, f"/{MODEL_PAGE}", "HEAD", **passed)[::2] == (200, b"")
        assert ask(server, "/dashboard/models/none/index.html", **passed)[0] == 404


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_the_address_that_is_printed_lets_a_browser_in(
    stage: RecordedStage, options: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(stage)
    tokens: list[str] = []

    def interrupted(server: PageServer) -> None:
        tokens.append(server.token)
        raise KeyboardInterrupt

    monkeypatch.setattr(PageServer, "serve_forever", interrupted)
    done = dashboard("--port", "0", *options)
    assert done.exit_code == 0, done.output
    printed = json.loads(done.stdout)["url"] if options else done.stdout.strip()
    assert printed.endswith(f"/?token={tokens[0]}")


def test_the_pages_of_replays_are_built_from_their_folder_and_need_no_stage(tmp_path: Path) -> None:
    folder = replayed_folder(tmp_path / "replays").root
    done = dashboard("--replay", str(folder), "--to", str(tmp_path / "pages"), "--json")
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert said["missing"] == []
    assert "No stage did this" in Path(said["index"]).read_text()
    assert (tmp_path / "pages" / dashboard_keys.model_page("visits-every-30d-all")).is_file()


def test_a_folder_without_replays_and_a_model_that_is_none_of_them_are_named(tmp_path: Path) -> None:
    done = dashboard("--replay", str(tmp_path), "--port", "0")
    assert type(done.exception).__name__ == "NoReplay"
    assert "`courtside backtest --pages" in str(done.exception)
    folder = replayed_folder(tmp_path).root
    done = dashboard("--replay", str(folder), "--model", "none", "--port", "0")
    assert "its replays are visits-both-all and visits-every-30d-all" in str(done.exception)
