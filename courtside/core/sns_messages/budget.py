"""AWS Budgets' notices: a letter with a line for each figure, of which people need four."""

import re

from courtside.contracts.channels.message import ChannelMessage
from courtside.contracts.incidents import Severity, Telling
from courtside.core.display_text import display_text
from courtside.core.sns_messages.form import Form

KIND = "budget"
_LIMIT = 200
_FIGURE = re.compile(r"^\s*(?P<name>[A-Za-z ]+): (?P<value>.+?)\s*$", re.MULTILINE)
# A budget of this project names its runbook in its own name, since AWS writes the rest.
_RUNBOOK = re.compile(r",? see (?P<where>\S+)")


def _read(_subject: str, body: str) -> ChannelMessage | None:
    figures = {found["name"].lower(): display_text(found["value"], _LIMIT) for found in _FIGURE.finditer(body)}
    name, amount, alert = (figures.get(key) for key in ("budget name", "budgeted amount", "alert type"))
    if not (name and amount and alert):
        return None
    runbook, budget = _RUNBOOK.search(name), _RUNBOOK.sub("", name)
    spent = figures.get(f"{alert.lower()} amount", "an unknown amount")
    forecast = alert.upper() == "FORECASTED"
    said = f"the forecast for the period is {spent}" if forecast else f"{spent} is spent"
    threshold = figures.get("alert threshold")
    lines = [
        f"*What it means*: {said[0].upper()}{said[1:]}; the budget is {amount}.",
        *([f"*Told because*: {alert.lower()} {threshold}"] if threshold else []),
        *([f"*What to do*: {runbook['where']}"] if runbook else []),
    ]
    return ChannelMessage(
        subject=f"Budget of {budget}: {said}",
        text="\n".join(lines),
        kind=KIND,
        severity=Severity.WARNING,
        telling=Telling.OPENED,
    )


FORM = Form(KIND, _read)
