"""The page about alerts says of each kind of incident when it is open and what ends it."""

import re

from courtside.contracts.incidents import Severity
from courtside.core.incidents import KINDS
from tests.unit.docs.pages import ROOT


def test_the_page_says_what_ends_each_kind_of_incident() -> None:
    _, _, table = (ROOT / "docs/alerts.md").read_text().partition("### What ends what")
    rows = re.findall(r"^\| `(\w+)`( \(\w+)?", table.partition("## Channels")[0], flags=re.MULTILINE)
    assert sorted(name for name, _ in rows) == sorted(KINDS)
    always = {name for name, said in rows if said == " (critical" and KINDS[name].severity is Severity.CRITICAL}
    assert always == {name for name, kind in KINDS.items() if kind.severity is Severity.CRITICAL}
