"""What stays to look at after the demo, in a folder of the caller's."""

import json
from pathlib import Path

from courtside.contracts import lake_keys
from courtside.contracts.errors import CourtsideError
from courtside.local.demo.result import DemoResult
from courtside.local.demo.story import Story

# What a run of the check leaves, by the name under which the demo says where it lies.
REPORTS = {".html": "report", ".json": "report_data"}
CARD = "/card.html"


def archive(story: Story, folder: Path) -> dict[str, str]:
    """Write drift reports, state machine histories and alerts to `folder`; return what lies where, by name."""
    found: dict[str, str] = {"mlflow": story.aws.tracking_url}
    for key in story.lake().keys(lake_keys.DRIFT_REPORTS_PREFIX):
        path = folder / "drift" / Path(key).name
        _write(path, story.loop.read(key))
        if path.suffix in REPORTS:
            found[REPORTS[path.suffix]] = str(path)
    for key in story.lake().keys(lake_keys.TRAININGS_PREFIX):
        if key.endswith(CARD):
            path = folder / "models" / f"{Path(key).parent.name}.html"
            _write(path, story.loop.read(key))
            found["model_card"] = str(path)
    for execution in story.loop.executions():
        path = folder / "executions" / f"{execution.name}.json"
        _write(path, json.dumps(story.loop.history(execution.arn), indent=2, default=str).encode())
        found["state_machine_history"] = str(path)
    alerts = "\n\n---\n\n".join(message.text for message in story.slack.messages)
    _write(folder / "alerts.md", alerts.encode())
    found["alerts"] = str(folder / "alerts.md")
    return found


def write_result(result: DemoResult, path: Path) -> None:
    """Write the machine-readable result."""
    _write(path, (result.model_dump_json(indent=2) + "\n").encode())


class FolderNotWritable(CourtsideError):
    """The folder for the demo's output cannot be written."""

    def __init__(self, path: Path, detail: str) -> None:
        self.path = path
        super().__init__(f"{path} cannot be written ({detail}); choose another folder with --out")


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise FolderNotWritable(path, error.strerror or str(error)) from error
