"""Copy what people may look at after the demo into a folder of the caller's."""

import json
from pathlib import Path

from courtside.adapters.files import write_files
from courtside.contracts import lake_keys
from embedded_aws.demo.result import DemoResult
from embedded_aws.demo.story import Story

# A run of the check leaves these objects; the demo says where each lies under this name.
REPORTS = {".html": "report", ".json": "report_data"}


def archive(story: Story, folder: Path) -> dict[str, str]:
    """Write drift reports, state machine histories and alerts to `folder`; return their paths by name."""
    found: dict[str, str] = {"mlflow": story.aws.tracking_url}
    keys = story.lake().keys(lake_keys.MODELS_PREFIX)
    for key in filter(lake_keys.is_drift_report, keys):
        path = folder / "drift" / Path(key).name
        write_files({path: story.loop.read(key)})
        if path.suffix in REPORTS:
            found[REPORTS[path.suffix]] = str(path)
    for key in filter(lake_keys.is_training_card_page, keys):
        path = folder / "models" / f"{Path(key).parent.name}.html"
        write_files({path: story.loop.read(key)})
        found["model_card"] = str(path)
    for execution in story.loop.executions():
        path = folder / "executions" / f"{execution.name}.json"
        write_files({path: json.dumps(story.loop.history(execution.arn), indent=2, default=str).encode()})
        found["state_machine_history"] = str(path)
    alerts = "\n\n---\n\n".join(message.text for message in story.slack.messages)
    write_files({folder / "alerts.md": alerts.encode()})
    found["alerts"] = str(folder / "alerts.md")
    return found


def write_result(result: DemoResult, path: Path) -> None:
    """Write the machine-readable result; raises `FolderNotWritable`."""
    write_files({path: (result.model_dump_json(indent=2) + "\n").encode()})
