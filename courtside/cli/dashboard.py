"""`courtside dashboard`: the pages of a stage, in a browser or in a folder."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from courtside.cli.console import JsonFlag, people, print_json, print_text, say
from courtside.cli.loopback import Host, OpenFlag, serve
from courtside.cli.stage import Stage, model_name
from courtside.cli.stage_data import stage_models
from courtside.contracts import dashboard_keys
from courtside.contracts.errors import CourtsideError
from courtside.core.sentences import ended

if TYPE_CHECKING:
    from courtside.workflows.ports import Lake
    from courtside.workflows.stage_models import StageModels

_BUILDERS = 4


class PagesNotBuilt(CourtsideError):
    """The stage, or a model of it, has no pages yet."""

    def __init__(self, stage: str, model: str | None) -> None:
        self.stage = stage
        self.model = model
        named = f" --model {model}" if model else ""
        super().__init__(
            f"{f'{model} has no page' if model else 'there are no pages'} in stage {stage} yet: a round of the watch "
            f"builds them once something is due (`courtside watch{named}` runs one now), or build them here and now "
            f"with `courtside dashboard --build{named}`"
        )


def dashboard(
    stage: Stage = "dev",
    model: Annotated[
        str | None,
        typer.Option(
            "--model", callback=model_name, help="Begin at the page of this model [default: that of all models]."
        ),
    ] = None,
    replay: Annotated[
        Path | None,
        typer.Option(
            "--replay", metavar="FOLDER", help="Show the replays that `courtside backtest --pages` left in this folder."
        ),
    ] = None,
    build: Annotated[
        bool,
        typer.Option("--build", help="Build the pages anew, here and for you only [default: as the watch built them]."),
    ] = False,
    to: Annotated[
        Path | None, typer.Option("--to", help="Write the pages and all that they link into this folder, and end.")
    ] = None,
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Port to listen on; 0 takes a free one.")] = 5002,
    host: Host = "127.0.0.1",
    open_browser: OpenFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Show a stage's pages in a browser, each read from its lake as you; prints the address, Ctrl-C ends it.

    The address has a token that lets a browser in: keep it to yourself.

    Examples:

    - `courtside dashboard --stage dev --open`

    - `courtside dashboard --stage prod --model churn`

    - `courtside dashboard --build --to pages`

    - `courtside dashboard --replay replays --open`
    """
    from courtside.adapters.deployment import reaching_aws, stage_outputs
    from courtside.adapters.files import prepare_folder
    from courtside.adapters.loopback_server import loopback
    from courtside.adapters.page_server import PageServer

    loopback(host)
    if to is not None:
        prepare_folder(to, "--to")
    if replay is not None:
        _show_replay(replay, model, to=to, host=host, port=port, open_browser=open_browser, as_json=as_json)
        return
    with people.status("Asking the stage"):
        models = stage_models(stage_outputs(stage))
    with reaching_aws():
        with people.status("Asking the stage"):
            named = None if model is None else models.show(model).name
        begin = dashboard_keys.OVERVIEW_PAGE if named is None else dashboard_keys.model_page(named)
        lake = _built(models, stage, model) if build else models.lake
        with people.status("Looking for the pages"):
            if begin not in lake.keys(begin):
                raise PagesNotBuilt(stage, model)
        if to is not None:
            _write(begin, to, lake=lake, as_json=as_json)
            return
    server = PageServer(lake.read, begin=begin, host=host, port=port)
    serve(server, f"Pages of stage {stage}", open_browser=open_browser, as_json=as_json)


def _show_replay(
    folder: Path, model: str | None, *, to: Path | None, host: str, port: int, open_browser: bool, as_json: bool
) -> None:
    """Show the pages of a folder of replays, which are built anew from its records."""
    from courtside.adapters.page_server import PageServer
    from courtside.bootstrap.replays import ReplayFolder

    with people.status("Building the pages"):
        lake = ReplayFolder(folder).publish(model)
    begin = dashboard_keys.OVERVIEW_PAGE if model is None else dashboard_keys.model_page(model)
    if to is not None:
        _write(begin, to, lake=lake, as_json=as_json)
        return
    server = PageServer(lake.read, begin=begin, host=host, port=port)
    serve(server, f"Pages of the replays in {folder}", open_browser=open_browser, as_json=as_json)


def _built(models: "StageModels", stage: str, model: str | None) -> "Lake":
    """Return the lake with the pages as they are now, which nobody else sees; a model that cannot be shown is named."""
    from courtside.adapters.lake_written_here import LakeWrittenHere
    from courtside.bootstrap.stage import dashboard_of
    from courtside.workflows.reading_ahead import ahead
    from courtside.workflows.stage_models import StageModels

    lake, now = LakeWrittenHere(models.lake), datetime.now(UTC)
    pages = dashboard_of(StageModels(models.ledger, lake), stage)

    def problem(name: str) -> CourtsideError | None:
        try:
            pages.publish_model(name, now=now)
        except CourtsideError as error:
            return error
        return None

    with people.status("Building the pages") as status:
        pages.renew_costs(now=now)
        for name, failed in ahead(problem, [model] if model else models.list().names, at_once=_BUILDERS):
            status.update(f"Building the pages: {name}")
            if failed is not None:
                say(f"The pages of {name} cannot be built: {ended(str(failed))}", style="yellow")
        pages.publish_stage(now=now)
    return lake


def _write(begin: str, folder: Path, *, lake: "Lake", as_json: bool) -> None:
    from courtside.adapters.files import write_files
    from courtside.workflows.linked_pages import linked_pages

    written, missing = 0, list[str]()
    with people.status("Writing the pages") as status:
        for key, content in linked_pages(begin, lake=lake):
            if content is None:
                missing.append(key)
                continue
            write_files({folder / key: content})
            written += 1
            status.update(f"Writing the pages: {written:,} so far")
    if as_json:
        print_json({"index": folder / begin, "pages": written, "missing": missing})
        return
    lost = f"; {len(missing):,} that they link are not in the lake any more" if missing else ""
    print_text(f"{written:,} pages were written{lost}. Begin with {folder / begin}")
