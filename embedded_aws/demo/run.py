"""Run the demo and say how it went, whatever happens on the way."""

import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
from rich.console import Console

from courtside.contracts.errors import CourtsideError
from embedded_aws.aws import LocalOptions
from embedded_aws.demo import pages
from embedded_aws.demo.archive import archive
from embedded_aws.demo.memory import PeakMemory
from embedded_aws.demo.narrator import Narrator, StepFailed
from embedded_aws.demo.plan import plan_for
from embedded_aws.demo.result import DemoResult
from embedded_aws.demo.story import STAGE, Story


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """How to run the demo: `keep` leaves the embedded AWS running; `out` is the folder for what people may look at.

    With `side_by_side` a second model of the same games is compared with the first.
    """

    local: LocalOptions
    out: Path
    keep: bool = False
    side_by_side: bool = False


def run_demo(games: pa.Table, options: DemoOptions, *, console: Console) -> DemoResult:
    """Run the whole story on validated games.

    A step that goes wrong ends it with `ok` False and the reason in `error`. Raises `SeasonsMissing` before
    anything is started.
    """
    plan = plan_for(games)
    narrator = Narrator(console)
    began = time.perf_counter()
    result = DemoResult(games=games.num_rows)
    with PeakMemory() as memory, ExitStack() as resources:
        try:
            story = Story.begin(
                games,
                plan,
                options.local,
                narrator,
                resources,
                folder=options.out,
                side_by_side=options.side_by_side,
            )
            result = story.result
            _tell(story, options)
        except (CourtsideError, StepFailed) as error:
            result.error = f"{type(error).__name__}: {error}"
        finally:
            with console.status("Stopping"):
                resources.close()
    result.steps = narrator.steps
    result.ok = result.error is None
    result.seconds = round(time.perf_counter() - began, 2)
    result.peak_memory_mb = memory.peak_mb
    return result


def _tell(story: Story, options: DemoOptions) -> None:
    try:
        story.tell()
    finally:
        story.collect()
        story.result.urls |= archive(story, options.out)
        if options.keep:
            story.result.urls["instance"] = story.aws.keep(STAGE).id
            story.result.urls["aws"] = story.aws.endpoint
            if "dashboard" in story.result.urls:
                log = story.aws.directory / "logs" / "dashboard.log"
                story.result.urls["dashboard"] = pages.serve(story.second.commands, log)
