"""Write the table of docs/faults.md from the record of a run: `python -m tests.faults.table RECORD`."""

import json
import re
import sys
from pathlib import Path
from typing import Any

from tests.faults.fault import KINDS
from tests.faults.record import ROOT

DOCS = ROOT / "docs" / "faults.md"
BEGIN, END = "<!-- made from a run -->\n", "<!-- end of what is made -->\n"


def rendered(record: dict[str, Any]) -> str:
    """Return the tables of a record, one for each kind of faults."""
    faults = sorted(record["faults"], key=lambda each: str(each["test"]).partition("::")[0])
    survived = sum(each["survived"] for each in faults)
    head = (
        f"{survived} of {len(faults)} faults were survived in the run of {record['ran_at'][:10]} at commit "
        f"{record['commit']}, which took {record['seconds'] / 60:.0f} minutes on {record['processors']} processors. "
        "The seconds are those of the fault, of the recovery and of all questions afterwards.\n"
    )
    return "\n".join([head, *(_table(kind, [each for each in faults if each["kind"] == kind]) for kind in KINDS)])


def _table(kind: str, faults: list[dict[str, Any]]) -> str:
    lines = [
        f"### {kind.capitalize()} ({len(faults)})\n",
        "| What goes wrong | What holds | Survived | Seconds |",
        "|---|---|---|---:|",
    ]
    for each in faults:
        survived = "yes" if each["survived"] else "**no**"
        cells = (each["fault"], each["promise"], survived, f"{each['seconds']:.0f}")
        lines.append(f"| {' | '.join(_cell(cell) for cell in cells)} |")
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def listed(page: str) -> list[tuple[str, str, str]]:
    """Return the faults of a page: each with its kind, what goes wrong and what holds."""
    found = []
    for part in page.partition(BEGIN)[2].partition(END)[0].split("\n### ")[1:]:
        kind = part.partition(" (")[0].lower()
        rows = re.findall(r"^\| (?!What goes wrong)(.+?) \| (.+?) \| (?:yes|\*\*no\*\*) \| \d+ \|$", part, re.MULTILINE)
        found += [(kind, name.replace("\\|", "|"), promise.replace("\\|", "|")) for name, promise in rows]
    return found


def main() -> None:
    """Replace the tables of the page by those of the record that is named."""
    record = json.loads(Path(sys.argv[1]).read_text())
    before, _, rest = DOCS.read_text().partition(BEGIN)
    DOCS.write_text(f"{before}{BEGIN}\n{rendered(record)}\n{END}{rest.partition(END)[2]}")


if __name__ == "__main__":
    main()
