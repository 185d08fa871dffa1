"""People see what is open, and say who looks after it until when; alarms that are on are there, too."""

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from courtside.adapters.deployment import StageOutputs
from courtside.cli.main import app
from courtside.contracts.errors import BadInput
from courtside.contracts.events import Window
from courtside.contracts.incidents import IncidentState
from courtside.contracts.records import AcceptedAct
from courtside.core.incidents.alarm import Alarm
from courtside.workflows.incidents import IncidentNotOpen, IncidentUnknown, NotAcceptable
from courtside.workflows.stage_models import StageModels
from tests.fakes.incidents import DAY, NOON, Stage, finding

ANN = "arn:aws:sts::1:assumed-role/ops/ann"
DOWN = Alarm("TrackingDown", "No server has run", "docs/runbooks.md#tracking-server-down", NOON + DAY, "no data")
DOWN_ID = "TrackingDown-20261130T120000"


@pytest.fixture
def alarms() -> list[Alarm]:
    return []


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch, alarms: list[Alarm]) -> Stage:
    found = Stage()
    monkeypatch.setattr("courtside.adapters.deployment.stage_outputs", StageOutputs)
    monkeypatch.setattr("courtside.cli.stage_data.stage_models", lambda _: StageModels(found.ledger, found.lake))
    monkeypatch.setattr("courtside.adapters.stack_resources.stack_resources", lambda _: [])
    monkeypatch.setattr("courtside.adapters.stage_alarms.alarms_on", lambda _: alarms)
    monkeypatch.setattr("courtside.cli.alerts_incidents.caller", lambda: ANN)
    return found


def alerts(*words: str) -> Result:
    return CliRunner().invoke(app, ["alerts", *words])


def ids(*words: str) -> list[str]:
    done = alerts("list", *words, "--json")
    assert done.exit_code == 0, done.output
    return [each["id"] for each in json.loads(done.stdout)]


def test_what_is_open_is_listed_with_the_alarms_newest_first(stage: Stage, alarms: list[Alarm]) -> None:
    assert "Incidents: none" in alerts("list").stderr
    drift = stage.incidents().report(finding("w-1", "age"))
    failing = stage.incidents().report(finding("r-1", model="fraud", kind="failing_rounds", at=NOON + 2 * DAY))
    alarms.append(DOWN)
    assert ids() == [failing.id, DOWN_ID, drift.id]
    assert (ids("--model", "churn"), ids("--model", "nobody")) == ([drift.id], [])
    done = alerts("list")
    assert done.stdout.splitlines()[2] == f"{DOWN_ID}\t(stage)\tNo server has run\tcritical, open"
    assert "`courtside alerts show ID`" in done.stderr


def test_what_is_over_is_listed_only_if_it_is_asked_for(stage: Stage) -> None:
    drift = stage.incidents().report(finding("w-1", "age"))
    stage.incidents().resolve("churn", "drift", at=NOON + DAY, evidence="w-2", said="nothing moved")
    assert (ids(), ids("--resolved")) == ([], [drift.id])
    shown = alerts("show", drift.id)
    assert "resolved\t2026-11-30 12:00 UTC" in shown.stdout
    assert "courtside alerts" not in shown.stderr
    assert isinstance(alerts("ack", drift.id).exception, IncidentNotOpen)


def test_one_is_shown_with_its_history_its_runbook_and_what_can_be_done(stage: Stage) -> None:
    drift = stage.incidents().report(finding("w-1", "age"))
    stage.incidents().report(finding("w-2", "age", "sum", at=NOON + DAY))
    done = alerts("show", drift.id)
    assert "about\tage, sum" in done.stdout
    assert "runbook\tdocs/runbooks.md#drift" in done.stdout
    assert "found\t2 times, last 2026-11-30 12:00 UTC" in done.stdout
    assert "2026-11-30 12:00\tupdated\tCourtside\tage, sum moved in w-2" in done.stdout
    for command in ("ack", "snooze", "accept"):
        assert f"`courtside alerts {command} {drift.id}" in done.stderr
    assert "unsent" not in json.loads(alerts("show", drift.id, "--json").stdout)


def test_an_answer_names_who_gave_it_and_until_when(stage: Stage) -> None:
    drift = stage.incidents().report(finding("w-1", "age"))
    done = alerts("ack", drift.id, "--note", "asked the data team", "--json")
    said = json.loads(done.stdout)
    assert (done.exit_code, said["state"], said["by"], said["until"]) == (0, "acknowledged", ANN, None)
    before = datetime.now(UTC)
    done = alerts("snooze", drift.id, "--for", "3d", "--note", "new feed")
    found = stage.incidents().find(drift.id)
    assert (found.state, found.by, found.note) == (IncidentState.SNOOZED, ANN, "new feed")
    assert found.until is not None
    assert before + 3 * DAY <= found.until <= datetime.now(UTC) + 3 * DAY
    assert f"{drift.id} is snoozed by {ANN} until {found.until:%Y-%m-%d %H:%M} UTC" in " ".join(done.stderr.split())
    assert f"\twarning, snoozed by ann until {found.until:%Y-%m-%d %H:%M} UTC" in alerts("list").stdout
    assert stage.telling == ["opened"]
    assert stage.kept(found).note == "new feed"


def test_a_snooze_ends_early_when_something_new_moves(stage: Stage) -> None:
    drift = stage.incidents().report(finding("w-1", "age"))
    alerts("snooze", drift.id, "--for", "3d")
    stage.incidents().report(finding("w-2", "age", at=datetime.now(UTC)))
    assert stage.telling == ["opened"]
    stage.incidents().report(finding("w-3", "age", "sum", at=datetime.now(UTC)))
    assert stage.telling == ["opened", "updated"]
    assert json.loads(alerts("show", drift.id, "--json").stdout)["state"] == "open"


@pytest.mark.usefixtures("stage")
def test_an_alarm_is_answered_like_an_incident_until_it_comes_anew(alarms: list[Alarm]) -> None:
    alarms.append(DOWN)
    shown = alerts("show", DOWN_ID)
    assert "runbook\tdocs/runbooks.md#tracking-server-down" in shown.stdout
    assert "2026-11-30 12:00\topened\tCloudWatch\tno data" in shown.stdout
    assert "accept" not in shown.stderr
    assert json.loads(alerts("ack", DOWN_ID, "--json").stdout)["by"] == ANN
    assert json.loads(alerts("list", "--json").stdout)[0]["state"] == "acknowledged"
    assert json.loads(alerts("snooze", DOWN_ID, "--for", "1w", "--json").stdout)["state"] == "snoozed"
    events = json.loads(alerts("show", DOWN_ID, "--json").stdout)["events"]
    assert [each["what"] for each in events] == ["opened", "acknowledged", "snoozed"]
    alarms[0] = Alarm(DOWN.name, DOWN.meaning, DOWN.runbook, DOWN.since + timedelta(hours=1), "again")
    (again,) = json.loads(alerts("list", "--json").stdout)
    assert (again["state"], again["by"]) == ("open", "")
    alarms.clear()
    assert ids("--resolved") == []


@pytest.mark.parametrize("command", [("show",), ("ack",), ("snooze", "--for", "3d")])
def test_an_unknown_incident_is_refused_with_those_that_are_open(stage: Stage, command: tuple[str, ...]) -> None:
    drift = stage.incidents().report(finding("w-1", "age"))
    done = alerts(command[0], "drift-1", *command[1:])
    assert isinstance(done.exception, IncidentUnknown)
    assert drift.id in str(done.exception)
    assert isinstance(alerts(command[0], drift.id, "--model", "fraud", *command[1:]).exception, IncidentUnknown)
    assert alerts(command[0], drift.id, "--model", "churn", *command[1:]).exit_code == 0


@dataclass
class RecordedAcceptances:
    """Accepts everything of one model that is asked for, and takes the last of it back."""

    dataset: SimpleNamespace = field(default_factory=lambda: SimpleNamespace(name="churn"))
    acts: list[AcceptedAct] = field(default_factory=list)

    def accept(self, **given: Any) -> AcceptedAct:
        window = given.pop("window") or Window(start=date(2026, 11, 1), end=date(2026, 11, 29))
        act = AcceptedAct(
            number=1, champion_version="3", at=given.pop("now"), window=window, rows=900, features=("age",),
            left_out={"sum": "it is broken"}, profile_sha256="0" * 64, **given,
        )  # fmt: skip
        self.acts.append(act)
        return act

    def undo(self, *, by: str, now: datetime, note: str) -> AcceptedAct:
        return self.acts[-1].model_copy(update={"undone_by": by, "undone_at": now, "undone_note": note})


def test_what_moved_is_accepted_and_taken_back(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded = RecordedAcceptances()
    monkeypatch.setattr("courtside.cli.alerts_accept.caller", lambda: ANN)
    monkeypatch.setattr("courtside.cli.alerts_accept._acceptances", lambda _, model: recorded if model else None)
    drift = stage.incidents().report(finding("w-1", "age"))
    done = alerts("accept", drift.id, "--note", "the new app")
    assert done.exit_code == 0, done.output
    assert [(act.by, act.note, act.incident) for act in recorded.acts] == [(ANN, "the new app", drift.id)]
    assert stage.incidents().find(drift.id).state is IncidentState.ACCEPTED
    said = " ".join(done.stderr.split())
    assert "age of churn is accepted as in the window from 2026-11-01 to 2026-11-29 (900 rows)" in said
    assert "sum is left out: it is broken" in said
    assert "`courtside alerts accept --undo --model churn`" in said
    undone = json.loads(alerts("accept", "--undo", "--model", "churn", "--json").stdout)
    assert (undone["act"]["undone_by"], undone["incident"]["id"]) == (ANN, drift.id)
    assert isinstance(alerts("accept", "drift-1").exception, IncidentUnknown)


def test_a_window_of_its_own_may_be_accepted(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded = RecordedAcceptances()
    monkeypatch.setattr("courtside.cli.alerts_accept.caller", lambda: ANN)
    monkeypatch.setattr("courtside.cli.alerts_accept._acceptances", lambda *_: recorded)
    drift = stage.incidents().report(finding("w-1", "age"))
    done = alerts("accept", "--model", "churn", "--from", "2026-09-01", "--to", "2026-11-29", "--json")
    assert json.loads(done.stdout)["act"]["window"] == {"start": "2026-09-01", "end": "2026-11-29"}
    assert json.loads(done.stdout)["incident"]["id"] == drift.id


@pytest.mark.usefixtures("stage")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--from", "2026-09-01"], "HalfAWindow: --from and --to belong together"),
        (["--from", "2026-09-01", "--to", "2026-09-01"], "2026-09-01"),
        (["--from", "soon", "--to", "2026-09-01"], "NotADay"),
        (["--undo", "drift-1"], "UndoOfOne: --undo takes the newest acceptance of the model back"),
        (["--undo", "--from", "2026-09-01", "--to", "2026-10-01"], "UndoOfOne"),
    ],
)
def test_what_accept_cannot_be_asked_is_refused_before_anything_is_done(words: list[str], said: str) -> None:
    done = alerts("accept", *words)
    assert isinstance(done.exception, BadInput)
    assert said in f"{type(done.exception).__name__}: {done.exception}"


@pytest.mark.usefixtures("stage")
def test_an_alarm_cannot_be_accepted_and_the_reason_says_so(alarms: list[Alarm]) -> None:
    alarms.append(DOWN)
    assert isinstance(alerts("accept", DOWN_ID).exception, NotAcceptable)


def test_what_was_accepted_is_listed_with_who_and_why(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"by": ANN, "note": "the new app", "incident": "", "now": NOON, "window": None}
    act = RecordedAcceptances().accept(**given)
    undone = act.model_copy(update={"number": 2, "undone_at": NOON + DAY, "undone_by": ANN})
    earlier = act.model_copy(update={"number": 3, "champion_version": "2"})
    acts = [(act, True), (undone, False), (earlier, False)]
    known = SimpleNamespace(dataset=SimpleNamespace(name="churn"), acts=lambda: acts)
    monkeypatch.setattr("courtside.cli.alerts_accept._acceptances", lambda *_: known)
    held = alerts("accepted", "--model", "churn")
    assert "2026-11-29\tann\tage\t2026-11-01 to 2026-11-29\tholds\tthe new app" in held.stdout
    assert "taken back" not in held.stdout
    every = alerts("accepted", "--model", "churn", "--all").stdout
    assert "taken back on 2026-11-30 by ann" in every
    assert "was of champion version 2" in every
    said = json.loads(alerts("accepted", "--all", "--json").stdout)
    assert [(each["number"], each["holds"]) for each in said] == [(1, True), (2, False), (3, False)]
