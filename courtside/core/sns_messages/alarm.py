"""CloudWatch's alarms, which come as JSON: what the alarm means, since when it is so, and what to do about it.

The fields: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
"""

import json
import re
from datetime import UTC, datetime
from typing import Any

from courtside.contracts.channels.message import ChannelMessage
from courtside.contracts.incidents import Severity, Telling
from courtside.core.display_text import display_text
from courtside.core.sentences import ended
from courtside.core.sns_messages.form import Form

KIND = "alarm"
_NAME_LIMIT, _MEANING_LIMIT, _REASON_LIMIT, _SUBJECT_LIMIT = 255, 1024, 1023, 140
# What ends a description that this project writes: where the alarm's runbook is.
_RUNBOOK = re.compile(r"\.?\s*What to do:\s*(?P<where>\S+)\s*$")
_SEVERITIES = {"ALARM": Severity.CRITICAL, "OK": Severity.INFO}
# CloudWatch lists the datapoints that it counted in the middle of its sentence.
_DATAPOINTS = re.compile(r"\s*\[[^\]]*\]")


def _read(_subject: str, body: str) -> ChannelMessage | None:
    try:
        alarm = json.loads(body)
    except ValueError:
        return None
    match alarm:
        case {"AlarmName": str(name), "NewStateValue": str(state)}:
            return _message(alarm, name=display_text(name, _NAME_LIMIT), state=state)
    return None


def _message(alarm: dict[str, Any], *, name: str, state: str) -> ChannelMessage:
    description = str(alarm.get("AlarmDescription") or name)
    runbook, said = _RUNBOOK.search(description), _RUNBOOK.sub("", description)
    meaning, since = display_text(said, _MEANING_LIMIT), _moment(str(alarm.get("StateChangeTime") or ""))
    over = state == "OK"
    reason = display_text(_DATAPOINTS.sub("", str(alarm.get("NewStateReason") or "")), _REASON_LIMIT)
    lines = [
        f"*What it means*: {ended(meaning)}",
        f"*Alarm*: `{name}`, {'over' if over else _state(state)}{since}.",
        *([f"*Why*: {ended(reason)}"] if reason else []),
        *([f"*What to do*: {display_text(runbook['where'], _NAME_LIMIT)}"] if runbook else []),
    ]
    what = f"{'Over' if over else 'Alarm'}: {meaning}"
    return ChannelMessage(
        subject=display_text(what, _SUBJECT_LIMIT),
        text="\n".join(lines),
        line=f"Over{since}: {ended(meaning)}" if over else "",
        kind=KIND,
        severity=_SEVERITIES.get(state, Severity.WARNING),
        telling=Telling.RESOLVED if over else Telling.OPENED,
    )


def _state(state: str) -> str:
    return "on" if state == "ALARM" else display_text(state, _NAME_LIMIT).lower().replace("_", " ")


def _moment(text: str) -> str:
    """Return since when, for people; CloudWatch writes ``2026-11-29T10:00:00.000+0000``."""
    try:
        return f" since {datetime.fromisoformat(text).astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    except ValueError:
        return ""


FORM = Form(KIND, _read)
