"""Copy what people may look at after the demo into a folder of the caller's, a folder for each model."""

import json
from pathlib import Path

from courtside.adapters.files import write_files
from courtside.contracts import drift_keys, lake_keys, training_keys
from courtside.contracts.names import DEFAULT_DATASET
from embedded_aws.demo.loop import Loop
from embedded_aws.demo.result import DemoResult
from embedded_aws.demo.story import Story

# A run of the check leaves these objects; the demo says where each lies under this name.
REPORTS = {".html": "report", ".json": "report_data"}


def archive(story: Story, folder: Path) -> dict[str, str]:
    """Write drift reports, state machine histories and alerts to `folder`; return their paths by name.

    What is the second model's has its name in front.
    """
    found: dict[str, str] = {"mlflow": story.aws.tracking_url}
    for loop in story.loops:
        found |= {_name(each, loop.model): str(path) for each, path in _archived(loop, story, folder / loop.model)}
    alerts = "\n\n---\n\n".join(message.text for message in story.slack.messages)
    write_files({folder / "alerts.md": alerts.encode()})
    found["alerts"] = str(folder / "alerts.md")
    return found


def _name(what: str, model: str) -> str:
    return what if model == DEFAULT_DATASET else f"{model}_{what}"


def _archived(loop: Loop, story: Story, folder: Path) -> list[tuple[str, Path]]:
    """Write what is one model's; return each path with what it is, the newest last."""
    contents: list[tuple[str, Path, bytes]] = []
    for key in story.lake().keys(lake_keys.records(loop.model)):
        path = Path(key)
        if drift_keys.is_drift_report(key):
            contents.append((REPORTS[path.suffix], folder / "drift" / path.name, loop.read(key)))
        elif training_keys.is_training_card_page(key):
            contents.append(("model_card", folder / "models" / f"{path.parent.name}.html", loop.read(key)))
    for execution in loop.executions():
        history = json.dumps(loop.history(execution.arn), indent=2, default=str).encode()
        contents.append(("state_machine_history", folder / "executions" / f"{execution.name}.json", history))
    write_files({path: content for _, path, content in contents})
    return [(what, path) for what, path, _ in contents]


def write_result(result: DemoResult, path: Path) -> None:
    """Write the machine-readable result; raises `FolderNotWritable`."""
    write_files({path: (result.model_dump_json(indent=2) + "\n").encode()})
