"""The demo on containers takes the same steps and has the same outcome as with processes."""

import json
import os
import subprocess
import sys
from pathlib import Path

from embedded_aws.containers.engine import Engine


def test_the_demo_on_containers_ends_with_a_second_champion(images: dict[str, str], tmp_path: Path) -> None:
    assert len(images) == 3
    result = tmp_path / "result.json"
    command = [sys.executable, "-m", "courtside.cli", "demo", "--containers", "--out", str(tmp_path / "out")]
    done = subprocess.run(
        [*command, "--json", str(result)], env=os.environ | {"COURTSIDE_STATE_DIR": str(tmp_path / "state")},
        capture_output=True, text=True, timeout=900, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads(result.read_text())
    assert told["champion"] == {"before": "1", "after": "2"}
    assert [check["decision"] for check in told["checks"]] == ["nothing", "retrain"]
    assert all(alert["delivered"] for alert in told["alerts"])
    assert [(each["version"], each["role"]) for each in told["performance"]] == [
        ("1", "champion"), ("2", "champion"), ("1", "previous"),
    ]  # fmt: skip
    assert "containers" in done.stdout + done.stderr
    running = subprocess.run(
        Engine().command("ps", "--all", "--format", "{{.Names}}"), capture_output=True, text=True, check=True
    )
    assert not [name for name in running.stdout.split() if name.startswith(("courtside-", "ministack-ecs-"))]
