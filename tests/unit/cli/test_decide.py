"""`courtside decide` shows decisions and replays them by another policy; the stage's lake is one in memory here."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from courtside.cli.decide import NothingDecided, PolicyWithoutReplay
from courtside.cli.main import app
from courtside.contracts import lake_keys
from courtside.contracts.records import DecisionRecord, DriftFacts, Situation
from courtside.core.decision import DecisionPolicy
from courtside.datasets.catalog import DatasetInvalid, load_dataset
from tests.fakes.decided import logged
from tests.fakes.ports import InMemoryLake

FIRST = date(2026, 5, 1)
POLICY = DecisionPolicy()


def write(record: DecisionRecord, lake: InMemoryLake) -> None:
    key = lake_keys.decision(record.model, record.window.end, record.check_id)
    lake.write(key, record.model_dump_json().encode())


@pytest.fixture
def lake(monkeypatch: pytest.MonkeyPatch) -> InMemoryLake:
    """Return a lake with three decisions: nothing moved, then one feature of ten, then three."""
    made, dataset = InMemoryLake(), load_dataset("nba_games")
    for number, moved in enumerate(("", "a", "abc")):
        facts = DriftFacts(rows=900, features_checked=10, features_drifted=tuple(moved), share=len(moved) / 10)
        day = FIRST + timedelta(days=number)
        write(logged(Situation(model=dataset.name, as_of=day, drift=facts), POLICY), made)
    monkeypatch.setattr("courtside.cli.decide.stage_lake", lambda *_: (made, dataset))
    return made


def decided(*options: str) -> Result:
    return CliRunner().invoke(app, ["decide", *options])


def policy_file(folder: Path, text: str) -> str:
    path = folder / "policy.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.mark.usefixtures("lake")
def test_the_newest_decision_is_shown_with_its_numbers_and_what_would_have_changed_it() -> None:
    shown = decided()
    lines = dict(line.split("\t") for line in shown.stdout.splitlines())
    assert (lines["action"], lines["rule"]) == ("retrain", "share_drifted")
    assert lines["why"] == "3 of 10 features moved (30%), at least 20%: retraining"
    assert (lines["share"], lines["retrain.share"]) == ("0.300", "0.200")
    assert "With `retrain.share: 0.31` it would have told people and changed nothing." in shown.stderr
    assert json.loads(decided("--json").stdout)["rule"] == "share_drifted"


def test_the_list_has_a_line_for_each_decision_and_says_which_can_be_replayed(lake: InMemoryLake) -> None:
    old = logged(Situation(model="nba_games", as_of=date(2026, 4, 30), drift=DriftFacts()), POLICY)
    write(old.model_copy(update={"situation": None}), lake)
    head, *lines = (line.split("\t") for line in decided("--list").stdout.splitlines())
    assert head == ["day", "action", "rule", "why", "can be replayed"]
    assert [(line[0], line[1], line[-1]) for line in lines] == [
        ("2026-05-03", "retrain", "yes"),
        ("2026-05-02", "alert", "yes"),
        ("2026-05-01", "nothing", "yes"),
        ("2026-04-30", "nothing", "no"),
    ]
    assert len(json.loads(decided("--list", "--json").stdout)) == 4


def test_a_replay_shows_both_decisions_of_each_day_and_what_it_cannot_know(lake: InMemoryLake, tmp_path: Path) -> None:
    asked = ("--replay", "2026-04-01", "2026-05-04", "--policy", policy_file(tmp_path, "retrain: {share: 0.1}\n"))
    old = logged(Situation(model="nba_games", as_of=date(2026, 4, 30), drift=DriftFacts()), POLICY)
    write(old.model_copy(update={"situation": None}), lake)
    shown = decided(*asked)
    lines = [line.split("\t") for line in shown.stdout.splitlines()]
    assert [line[:4] for line in lines[1:4]] == [
        ["2026-05-01", "nothing (no_drift)", "nothing (no_drift)", ""],
        ["2026-05-02", "alert (some_drift)", "retrain (share_drifted)", "yes"],
        ["2026-05-03", "retrain (share_drifted)", "retrain (share_drifted)", ""],
    ]
    assert lines[5:] == [["alert", "1", "0"], ["nothing", "1", "1"], ["retrain", "1", "2"]]
    assert "1 decision of people or of an older version of Courtside cannot be replayed" in shown.stderr
    assert "From 2026-05-03 on the two policies have trained at different times" in shown.stderr
    document = json.loads(decided(*asked, "--json").stdout)
    assert document["policy"]["share"] == 0.1
    assert [each["changed"] for each in document["decisions"]] == [False, True, False]
    assert document["decisions"][1]["now"]["numbers"] == {"share": 0.1, "retrain.share": 0.1}
    assert len(document["unknown"]) == 2


@pytest.mark.usefixtures("lake")
def test_a_replay_by_the_policy_that_was_in_force_changes_nothing(tmp_path: Path) -> None:
    same = policy_file(tmp_path, "retrain: {cooldown: 1d}\n")
    document = json.loads(decided("--replay", "2026-05-02", "2026-05-03", "--policy", same, "--json").stdout)
    assert [(each["day"], each["changed"]) for each in document["decisions"]] == [("2026-05-02", False)]
    assert document["unknown"] == []


@pytest.mark.usefixtures("lake")
def test_a_whole_contract_is_a_policy_too() -> None:
    shown = decided("--replay", "2026-05-01", "2026-05-04", "--policy", "nba_games", "--json")
    assert json.loads(shown.stdout)["policy"] == load_dataset("nba_games").retrain.as_dict()


@pytest.mark.usefixtures("lake")
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("retrain: {shares: 0.1}", "the key retrain.shares is not known; did you mean share?"),
        ("retrain: {share: 2}", "retrain.share must be a number above 0 and up to 1"),
        (
            "retrain: {history: 200y}",
            "'200y' is no part of the past; write all, auto, or the newest years, like 5y",
        ),
        ("retrain: {roll_back: maybe}", "retrain.roll_back is 'maybe'; known are by_itself, ask, never"),
        ("retrain: no", "retrain must hold keys with values, like `every: 90d`"),
        ("share: 0.1\nevery: 90d", "put every and share under the key `retrain`, as in a contract"),
        ("retrain: [", "line 1"),
        ("", "the document is empty"),
    ],
)
def test_a_policy_that_is_none_is_refused_with_its_line(text: str, said: str, tmp_path: Path) -> None:
    answer = decided("--replay", "2026-05-01", "2026-05-04", "--policy", policy_file(tmp_path, text))
    assert isinstance(answer.exception, DatasetInvalid)
    assert said in str(answer.exception)


@pytest.mark.usefixtures("lake")
def test_days_and_policy_belong_together_and_days_without_decisions_say_so() -> None:
    assert isinstance(decided("--policy", "nba_games").exception, PolicyWithoutReplay)
    assert isinstance(decided("--replay", "2026-05-01", "2026-05-04").exception, PolicyWithoutReplay)
    nothing = decided("--replay", "2025-05-01", "2025-05-04", "--policy", "nba_games").exception
    assert isinstance(nothing, NothingDecided)
    assert "`courtside decide --list --model nba_games`" in str(nothing)


def test_a_stage_that_decided_nothing_yet_says_how_to_begin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("courtside.cli.decide.stage_lake", lambda *_: (InMemoryLake(), load_dataset("nba_games")))
    assert isinstance(decided("--list").exception, NothingDecided)
