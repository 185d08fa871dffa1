"""What stays to look at after the demo, in a folder of the caller's."""

import json
from pathlib import Path

from courtside.contracts.errors import CourtsideError
from courtside.local.demo.result import DemoResult
from courtside.local.demo.story import Story

DRIFT_REPORTS = "drift/reports/"


def archive(story: Story, folder: Path) -> dict[str, str]:
    """Write drift reports, state machine histories and alerts to `folder`; return what lies where, by name."""
    found: dict[str, str] = {"mlflow": story.aws.tracking_url}
    reports = story.lake().keys(DRIFT_REPORTS)
    for key in reports:
        _write(folder / "drift" / key.rsplit("/", 1)[-1], story.loop.read(key))
    if reports:
        found["report"] = str(folder / "drift" / reports[-1].rsplit("/", 1)[-1])
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
