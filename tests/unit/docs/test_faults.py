"""The page of faults lists exactly those that there are, as a run recorded them, and all of them were survived."""

import json
import subprocess
import sys
from pathlib import Path

from tests.faults.record import ROOT
from tests.faults.table import DOCS, listed


def test_the_page_lists_the_faults_that_there_are(tmp_path: Path) -> None:
    record = tmp_path / "record.json"
    asked = ("--faults", "all", "--collect-only", "-q", "-p", "no:cacheprovider", "--faults-record", str(record))
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "tests/faults", *asked], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    faults = json.loads(record.read_text())["faults"]
    assert sorted(listed(DOCS.read_text())) == sorted((each["kind"], each["fault"], each["promise"]) for each in faults)


def test_every_fault_on_the_page_was_survived() -> None:
    page = DOCS.read_text()
    assert listed(page)
    assert "**no**" not in page
