"""Alerts about data with hostile names are never lost and never contain anything but text."""

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime

import pyarrow as pa
from hypothesis import example, given
from hypothesis import strategies as st

from courtside.contracts.channels.slack import CHANNEL as SLACK
from courtside.contracts.channels.slack import MOST_BLOCKS, MOST_BYTES
from courtside.contracts.events import RetrainingRequest, Trigger
from courtside.contracts.key_names import LONGEST
from courtside.contracts.records import Comparison, GateDecision, ModelRound
from courtside.core.alerting import (
    LINE_LIMIT,
    SUBJECT_LIMIT,
    TEXT_LIMIT,
    Alert,
    promotion_alert,
    rejection_alert,
)
from courtside.core.data_alerts import overdue_alert
from courtside.core.dataset import Feature, FeatureKind
from courtside.core.decision import RETRAINING_OFF, Action, Decision
from courtside.core.decision_alert import AlertContext
from courtside.core.display_text import display_text
from courtside.core.drift import ClassicPolicy, DriftReport, Verdict, check, fit
from courtside.core.drift.reports.quarantine import QuarantinedFile, TableSide
from courtside.core.drift.reports.report import SegmentDrift
from courtside.core.drift_alert import drift_alert
from courtside.core.retraining_alerts import approval_alert, cooling_alert, remembered_alert
from courtside.core.watch import failing_alert

FEATURES = [Feature(f"f{n}", FeatureKind.NUMERIC) for n in range(12)]
SLACK_SECTION_LIMIT, SNS_LIMIT_BYTES = 3000, 262_144
URI = "s3://lake/drift/reports/dt=2019-07-01/v1-2018-07-01-2019-07-01-calibrated.html"
# Parquet files and JSON may contain any code point, even half of a surrogate pair.
ANYTHING = st.text(st.characters(exclude_categories=()), max_size=60)
NAMES = st.builds(lambda part, times: part * times, ANYTHING, st.sampled_from([1, 2, 94, 600]))
HOSTILE = "<!channel> <https://evil.example|log in> & @here `rm` *What Courtside did*: nothing\n\x00\ud800\u202e"


def drifted() -> DriftReport:
    reference = pa.table({feature.name: [float(i % 97) for i in range(500)] for feature in FEATURES})
    current = pa.table({feature.name: [float(i % 97) + 50 for i in range(500)] for feature in FEATURES})
    profile = fit(reference, FEATURES)
    return check(profile, profile.summarize(current), ClassicPolicy())


MADE = drifted()


def told(name: str, reason: str) -> Alert:
    usual = [replace(feature, drifted=False, moved=False, verdict=Verdict.USUAL) for feature in MADE.features]
    broken = tuple(replace(feature, name=f"{name}.", reason=reason) for feature in MADE.features)
    report = replace(
        MADE,
        features=tuple(replace(feature, name=name, reason=reason) for feature in (*MADE.features, *usual)),
        outcomes=tuple(replace(feature, name=name, reason=reason) for feature in MADE.features),
        segments=tuple(SegmentDrift(name, name, 500, 500, Verdict.DRIFT, broken) for _ in range(9)),
        files_quarantined=tuple(QuarantinedFile(name, TableSide.CURRENT, reason) for _ in range(9)),
    )
    context = AlertContext(
        model=name, start=date(2018, 7, 1), end=date(2019, 7, 1), champion="1", report_uri=URI, execution_arn=None
    )  # fmt: skip
    return drift_alert(report, Decision(Action.ALERT, "some_drift", reason), context)


@given(NAMES, NAMES)
@example("n" * 94, "level " + "x" * 60_000)
@example("😀" * 94, "\x00" * 60_000)
@example(HOSTILE, HOSTILE)
@example("&" * 94, "<" * 60_000)
@example("", "")
def test_an_alert_is_shortened_but_never_lost_whatever_names_the_data_have(name: str, reason: str) -> None:
    alert = told(name, reason)
    assert len(alert.subject) <= SUBJECT_LIMIT
    assert alert.subject.isprintable()
    assert len(alert.text) <= TEXT_LIMIT
    # A topic forwards the alert as JSON, whose escapes make it longer than any other form.
    assert len(json.dumps({"Subject": alert.subject, "Message": alert.text})) < SNS_LIMIT_BYTES
    alert.text.encode()
    # The line that people need most comes last.
    assert alert.text.splitlines()[-1] == f"*Report*: {URI}"
    assert "2018-07-01 to 2019-07-01" in alert.subject
    blocks = SLACK.payload(alert.message("games"))["blocks"]
    assert len(json.dumps(blocks, ensure_ascii=False).encode()) <= MOST_BYTES
    assert len(blocks) <= MOST_BLOCKS
    marked = [block["text"]["text"] for block in blocks if block["type"] == "section"]
    assert not [text for text in marked if "<" in text or ">" in text or len(text) > SLACK_SECTION_LIMIT]
    assert marked[-1] == f"*Report*: {URI}"


def test_features_that_moved_as_usual_are_listed_separately_and_not_counted() -> None:
    first, *others = MADE.features
    usual = replace(first, drifted=False, moved=False, verdict=Verdict.USUAL, reason="as large in 2 of 2 steps")
    context = AlertContext(
        model="games", start=date(2018, 7, 1), end=date(2019, 7, 1), champion="1", report_uri=URI, execution_arn=None
    )
    report = replace(MADE, features=(usual, *others))
    text = drift_alert(report, Decision(Action.ALERT, "some_drift", "11 of 12 features moved"), context).text
    assert "11 of 12 features moved between" in text
    assert "*Moved as usual*, so not counted\n• f0: as large in 2 of 2 steps\n" in text


def test_names_from_data_cannot_format_mention_or_link() -> None:
    alert = told(HOSTILE, HOSTILE)
    assert "`rm`" not in alert.text
    (did,) = [line for line in alert.text.splitlines() if line.startswith("*What Courtside did*")]
    assert did.endswith(" Nothing was changed.")
    assert "\u202e" not in alert.text
    posted = "\n".join(
        block["text"]["text"] for block in SLACK.payload(alert.message("games"))["blocks"] if block["type"] == "section"
    )
    assert "@here" not in posted
    assert "&lt;!channel&gt;" in posted
    assert "&lt;https://evil.example|log in&gt;" in posted


@given(NAMES)
@example(HOSTILE)
@example("n" * 94)
def test_every_other_alert_accepts_any_name_too(name: str) -> None:
    figure = Comparison(name=f"auc_of_segment:{name}", challenger=0.5, champion=0.6, limit=0.0, passed=False)
    decision = GateDecision(
        training_id="t", promote=False, rule="segment", reason=name, challenger_version="2", champion_version="1",
        holdout_key="k", holdout_rows=9, policy={}, comparisons=(figure,) * 60, notes=(name,), decided_by="gate",
        decided_at=datetime(2026, 1, 1, tzinfo=UTC),
    )  # fmt: skip
    for alert in (
        rejection_alert(decision, model=name),
        approval_alert(model=name, training_id="t", stage="dev", reason=name, expires_at=decision.decided_at),
    ):
        assert len(alert.text) <= TEXT_LIMIT
        assert "`rm`" not in alert.text
        alert.text.encode()
    assert "What to do" in rejection_alert(decision, model=name).text.splitlines()[-1]


def test_the_longest_name_of_a_model_is_whole_in_every_command_of_an_alert() -> None:
    name, day, now = "m" * LONGEST, date(2026, 11, 29), datetime(2026, 11, 29, tzinfo=UTC)
    request = RetrainingRequest(model=name, training_id="t", as_of=day, trigger=Trigger.DRIFT, reason="drift")
    off = Decision(Action.ALERT, RETRAINING_OFF, "5 of 9 features moved")
    context = AlertContext(
        model=name, start=day, end=date(2026, 12, 1), champion="1", report_uri=URI, execution_arn=None
    )
    told = [
        approval_alert(model=name, training_id="t", stage="dev", reason="it passed", expires_at=now),
        remembered_alert(request, holder="other", lease_until=now),
        cooling_alert(request, trained_as_of=day),
        promotion_alert(model=name, before="1", after="2", reason="it passed"),
        drift_alert(MADE, off, context),
        overdue_alert(dataset=name, newest=day, today=date(2026, 12, 9)),
        failing_alert(ModelRound(model=name, last_reason="it hangs")),
    ]
    for alert in told:
        commands = re.findall(r"`(courtside [^`]+)`", alert.text)
        assert commands
        assert all(name in command.split() for command in commands), alert.text


@given(NAMES, st.integers(2, 300))
def test_a_displayed_text_is_one_line_of_bounded_length(text: str, limit: int) -> None:
    said = display_text(text, limit)
    assert len(said) <= limit
    assert said == "" or said.isprintable()
    assert "`" not in said


@given(st.text("abc d", max_size=400), st.text("xyz/", max_size=200), st.text("abc /d", max_size=400))
def test_the_file_that_a_text_names_first_is_not_cut(before: str, folder: str, after: str) -> None:
    name = "0123456789.parquet"
    said = display_text(f"{before} s3://lake/{folder}/{name} {after}", LINE_LIMIT)
    assert name in said
    assert len(said) <= LINE_LIMIT


def test_a_text_that_is_too_long_loses_the_middle_of_its_path_before_its_words() -> None:
    text = f"The file s3://lake/{'folder/' * 40}rows.parquet is unreadable, so load it again"
    said = display_text(text, LINE_LIMIT)
    assert said.startswith("The file s3://lake/folder/")
    assert said.endswith("folder/rows.parquet is unreadable, so load it again")


def test_a_word_with_a_slash_is_no_path() -> None:
    assert display_text(f"{'word ' * 100}and/or", 20) == "word word word word…"


def test_an_ordinary_name_is_shown_unchanged() -> None:
    assert display_text("home_rest_days (größer, 日本語)", 60) == "home_rest_days (größer, 日本語)"
