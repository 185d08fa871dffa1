"""Write the table of docs/faults.md from the record of a run: `python -m tests.faults.table RECORD [LATER_RECORD]...`.

A later record replaces what an earlier one says of the same faults, for instance of those that were mended since.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

from tests.faults.fault import KINDS
from tests.faults.record import ROOT

DOCS = ROOT / "docs" / "faults.md"
BEGIN, END = "<!-- made from a run -->\n", "<!-- end of what is made -->\n"


def rendered(record: dict[str, Any], *later: dict[str, Any]) -> str:
    """Return the tables of a record and of what later ones say of its faults, one for each kind of faults."""
    newest = {each["test"]: each for run in later for each in run["faults"]}
    faults = [newest.get(each["test"], each) for each in record["faults"]]
    faults.sort(key=lambda each: str(each["test"]).partition("::")[0])
    survived = sum(each["survived"] for each in record["faults"])
    head = (
        f"{survived} of {len(faults)} faults were survived in the run of {record['ran_at'][:10]} at commit "
        f"{record['commit']}, which took {record['seconds'] / 60:.0f} minutes on {record['processors']} processors. "
        "The seconds are those of the fault, of the recovery and of all questions afterwards.\n"
    )
    if again := sum(each["test"] in newest for each in record["faults"]):
        commits = ", ".join(run["commit"] for run in later)
        head += f"\n{again} of them are told as they went later, when something had been mended, at commit {commits}.\n"
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
    lines += [f"\nFigures of “{each['fault']}”: {each['figures']}." for each in faults if "figures" in each]
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
    records = [json.loads(Path(name).read_text()) for name in sys.argv[1:]]
    before, _, rest = DOCS.read_text().partition(BEGIN)
    DOCS.write_text(f"{before}{BEGIN}\n{rendered(*records)}\n{END}{rest.partition(END)[2]}")


if __name__ == "__main__":
    main()
