"""The demo's pages: as files in its folder, and served while a demo that was kept runs."""

import json
from pathlib import Path

from courtside.contracts import dashboard_keys
from courtside.contracts.names import DEFAULT_DATASET
from courtside.workflows.ports import Lake
from embedded_aws.demo import second_model
from embedded_aws.demo.commands import Commands
from embedded_aws.demo.narrator import Step

_BUILT_BY_ROUND = (dashboard_keys.OVERVIEW_PAGE, dashboard_keys.model_page(second_model.MODEL))


def built_by_round(step: Step, *, lake: Lake) -> None:
    """Expect the pages that the round over the second model has built."""
    there = lake.keys(dashboard_keys.DASHBOARD_PREFIX)
    step.expect(set(_BUILT_BY_ROUND) <= set(there), f"the round over the second model built only {there}")


def write(step: Step, commands: Commands, folder: Path) -> str:
    """Write the pages that the stage has of both models into the demo's folder; return the path of the first page."""
    said = json.loads(commands.run("dashboard", "--to", str(folder), "--json"))
    step.expect(not said["missing"], f"the pages link what is not there: {said['missing']}")
    model_page = folder / dashboard_keys.model_page(DEFAULT_DATASET)
    step.expect(model_page.is_file(), f"there is no page of {DEFAULT_DATASET}")
    step.says(f"{said['pages']} pages, of all models, of each, and of what they link: {said['index']}")
    return str(said["index"])


def serve(commands: Commands, log: Path) -> str:
    """Serve the same pages from the stage's lake for as long as it is kept; return the address for a browser."""
    return commands.serve("dashboard", "--port", "0", log=log)
