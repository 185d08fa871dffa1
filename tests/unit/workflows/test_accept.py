"""A person accepts what moved: recorded, quiet from then on, for this champion only, and taken back by one command."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from courtside.contracts import drift_keys, lake_keys
from courtside.contracts.events import DriftCheckRequest, DriftCheckResponse, Window
from courtside.contracts.records import AcceptedAct, AcceptedReference, ChampionReference
from courtside.core.drift import ClassicPolicy
from courtside.workflows.accept import Acceptances, NoCheck, NothingToAccept, NothingToUndo, WindowTooSmall
from courtside.workflows.accepted_windows import AcceptedProfileChanged
from courtside.workflows.drift_window import EmptyWindow, NoChampion
from courtside.workflows.lake_documents import DocumentDamaged
from courtside.workflows.ports import StampedObject
from courtside.workflows.row_source import NoRows
from tests.fakes.drift_setup import CHANGED, DATASET, NOW, QUIET, DriftSetup
from tests.fakes.ports import InMemoryLake

MODEL, LATER = "nba_games", NOW + timedelta(hours=3)
FEW_DAYS = Window(start=CHANGED.start + timedelta(days=200), end=CHANGED.start + timedelta(days=222))
SCORING = {f"{side}_rolling_{what}" for side in ("home", "away") for what in ("ppg", "papg")}


def acceptances(lake: InMemoryLake) -> Acceptances:
    return Acceptances(lake, DATASET, ClassicPolicy())


def checked(setup: DriftSetup, window: Window = CHANGED) -> DriftCheckResponse:
    return setup.monitor.run(DriftCheckRequest(model=MODEL, window=window), now=NOW)


def recorded(lake: InMemoryLake) -> AcceptedReference:
    return AcceptedReference.model_validate_json(lake.read(drift_keys.accepted_reference(MODEL)))


def test_an_act_says_who_when_what_and_by_which_window_and_keeps_its_profile(setup: DriftSetup) -> None:
    found = checked(setup)
    act = acceptances(setup.lake).accept(by="ana", now=LATER, note="the new rules", incident="drift-1")
    assert (act.by, act.at, act.note, act.incident) == ("ana", LATER, "the new rules", "drift-1")
    assert (act.window, act.champion_version, act.rows) == (CHANGED, "1", found.rows)
    assert set(act.features) == set(found.features_drifted) >= SCORING
    assert recorded(setup.lake).acts == (act,)
    assert drift_keys.accepted_profile(MODEL, act.profile_sha256) in setup.lake.objects


def test_what_was_accepted_is_no_news_and_starts_nothing(setup: DriftSetup) -> None:
    first = checked(setup)
    acceptances(setup.lake).accept(by="ana", now=LATER, note="<b>the new rules</b>")
    setup.alerts.sent.clear()
    again = checked(setup)
    assert (again.duplicate, again.features_drifted, again.decision) == (False, (), "nothing")
    assert not setup.alerts.sent
    assert len(setup.retraining.started) == 1
    report = json.loads(setup.lake.read(again.report_key))
    assert set(report["summary"]["features_accepted"]) == set(first.features_drifted)
    assert again.page_key is not None
    page = setup.lake.read(again.page_key).decode()
    assert "as accepted on 2019-07-01 by ana" in page
    assert "&lt;b&gt;the new rules" in page


def test_after_it_is_taken_back_the_check_says_again_what_it_said(setup: DriftSetup) -> None:
    first = checked(setup)
    mine = acceptances(setup.lake)
    mine.accept(by="ana", now=LATER)
    undone = mine.undo(by="ben", now=LATER, note="it was a bug")
    assert (undone.undone_by, undone.undone_at, undone.undone_note) == ("ben", LATER, "it was a bug")
    again = checked(setup)
    assert (again.check_id, again.features_drifted) == (first.check_id, first.features_drifted)
    assert recorded(setup.lake).acts == (undone,)  # the history of acts is kept
    with pytest.raises(NothingToUndo, match="champion version 1 of nba_games"):
        mine.undo(by="ben", now=LATER)


def change_champion(lake: InMemoryLake, **changes: str) -> None:
    key = lake_keys.champion_reference(MODEL)
    champion = ChampionReference.model_validate_json(lake.read(key))
    lake.write(key, champion.model_copy(update=changes).model_dump_json().encode())


def test_a_champion_recalibrated_since_has_the_same_reference_so_it_holds(setup: DriftSetup) -> None:
    checked(setup)
    acceptances(setup.lake).accept(by="ana", now=LATER)
    change_champion(setup.lake, version="2", training_id="recalibration", fitted_by="initial")
    assert checked(setup).features_drifted == ()


def test_a_new_champion_ends_it(setup: DriftSetup) -> None:
    checked(setup)
    acceptances(setup.lake).accept(by="ana", now=LATER)
    change_champion(setup.lake, version="2", training_id="another")
    assert set(checked(setup).features_drifted) >= SCORING
    with pytest.raises(NothingToUndo, match="champion version 2"):
        acceptances(setup.lake).undo(by="ana", now=LATER)


def test_the_acts_are_listed_with_whether_they_hold(setup: DriftSetup) -> None:
    checked(setup)
    mine = acceptances(setup.lake)
    assert mine.acts() == []
    mine.accept(by="ana", now=LATER)
    undone = mine.undo(by="ben", now=LATER)
    again = mine.accept(by="ana", now=LATER)
    assert mine.acts() == [(undone, False), (again, True)]
    change_champion(setup.lake, version="2", training_id="another")
    assert mine.acts() == [(undone, False), (again, False)]


def test_accepting_again_returns_the_same_act(setup: DriftSetup) -> None:
    checked(setup)
    mine = acceptances(setup.lake)
    act = mine.accept(by="ana", now=LATER)
    assert mine.accept(by="ben", now=LATER + timedelta(days=1)) == act
    assert recorded(setup.lake).acts == (act,)


def test_windows_before_the_accepted_one_are_judged_as_they_were(setup: DriftSetup) -> None:
    checked(setup)
    earlier = Window(start=CHANGED.start, end=CHANGED.start + timedelta(days=184))
    acceptances(setup.lake).accept(by="ana", now=LATER, window=Window(start=earlier.end, end=CHANGED.end))
    assert set(checked(setup, earlier).features_drifted) >= SCORING


def test_the_newest_check_of_the_champion_says_which_window_is_meant(setup: DriftSetup) -> None:
    with pytest.raises(NoCheck, match="no drift check of nba_games has compared rows with champion version 1"):
        acceptances(setup.lake).accept(by="ana", now=LATER)
    setup.monitor.recompute(CHANGED, now=NOW)  # people were told nothing of a window that was computed later
    with pytest.raises(NoCheck):
        acceptances(setup.lake).accept(by="ana", now=LATER)
    checked(setup)
    checked(setup, QUIET)
    assert acceptances(setup.lake).accept(by="ana", now=LATER).window == CHANGED


def test_nothing_can_be_accepted_where_nothing_moved(setup: DriftSetup) -> None:
    with pytest.raises(NothingToAccept, match=r"from 2010-07-01 to 2011-07-01: nothing moved$"):
        acceptances(setup.lake).accept(by="ana", now=LATER, window=QUIET)
    assert drift_keys.accepted_reference(MODEL) not in setup.lake.objects


def test_a_window_too_small_to_be_a_reference_is_refused(setup: DriftSetup) -> None:
    with pytest.raises(WindowTooSmall) as refused:
        acceptances(setup.lake).accept(by="ana", now=LATER, window=FEW_DAYS)
    assert 100 <= refused.value.rows < refused.value.needed == 200
    assert drift_keys.accepted_reference(MODEL) not in setup.lake.objects


def test_a_window_without_rows_and_a_model_without_champion_are_named(setup: DriftSetup) -> None:
    summer = Window(start=CHANGED.start, end=CHANGED.start + timedelta(days=10))
    with pytest.raises((EmptyWindow, NoRows)):
        acceptances(setup.lake).accept(by="ana", now=LATER, window=summer)
    setup.lake.remove([lake_keys.champion_reference(MODEL)])
    for asked in (acceptances(setup.lake).accept, acceptances(setup.lake).undo):
        with pytest.raises(NoChampion):
            asked(by="ana", now=LATER)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"model": "nba_games", "acts": [{"by": 1}]}'])
def test_a_damaged_record_is_named_and_never_taken_for_an_empty_one(setup: DriftSetup, content: bytes) -> None:
    setup.lake.write(drift_keys.accepted_reference(MODEL), content)
    with pytest.raises(DocumentDamaged, match=r"reference/accepted\.json"):
        checked(setup)
    with pytest.raises(DocumentDamaged):
        acceptances(setup.lake).accept(by="ana", now=LATER, window=CHANGED)


def test_a_profile_that_is_gone_or_was_changed_is_named(setup: DriftSetup) -> None:
    checked(setup)
    act = acceptances(setup.lake).accept(by="ana", now=LATER)
    key = drift_keys.accepted_profile(MODEL, act.profile_sha256)
    setup.lake.write(key, b"another")
    with pytest.raises(AcceptedProfileChanged, match="holds other bytes than were accepted"):
        checked(setup)
    setup.lake.remove([key])
    with pytest.raises(AcceptedProfileChanged, match=f"is gone.*--undo --model {MODEL}"):
        checked(setup)
    acceptances(setup.lake).undo(by="ana", now=LATER)
    assert set(checked(setup).features_drifted) >= SCORING


class Overtaken(InMemoryLake):
    """A lake in which somebody else writes the record just before this one does, once."""

    def __init__(self, lake: InMemoryLake, other: AcceptedAct) -> None:
        super().__init__()
        self.objects, self._other = lake.objects, [other]

    def _before(self, key: str) -> None:
        if key == drift_keys.accepted_reference(MODEL) and self._other:
            content = AcceptedReference(model=MODEL, acts=(self._other.pop(),)).model_dump_json()
            super().write(key, content.encode())

    def claim(self, key: str, content: bytes) -> bool:
        self._before(key)
        return super().claim(key, content)

    def replace(self, key: str, content: bytes, *, stamp: str) -> bool:
        self._before(key)
        return super().replace(key, content, stamp=stamp)


def test_of_two_people_at_once_one_accepts_and_the_other_gets_that_act(setup: DriftSetup) -> None:
    checked(setup)
    act = acceptances(setup.lake).accept(by="ana", now=LATER)
    setup.lake.remove([drift_keys.accepted_reference(MODEL)])
    assert acceptances(Overtaken(setup.lake, act)).accept(by="ben", now=LATER) == act
    assert recorded(setup.lake).acts == (act,)


def test_two_people_who_take_it_back_at_once_take_it_back_once(setup: DriftSetup) -> None:
    checked(setup)
    mine = acceptances(setup.lake)
    act = mine.accept(by="ana", now=LATER)
    undone = act.model_copy(update={"undone_at": LATER, "undone_by": "ana"})
    with pytest.raises(NothingToUndo):
        acceptances(Overtaken(setup.lake, undone)).undo(by="ben", now=LATER)
    assert recorded(setup.lake).acts == (undone,)


def test_a_later_act_covers_what_moved_again_and_leaves_the_rest_as_it_was_accepted(setup: DriftSetup) -> None:
    checked(setup)
    mine = acceptances(setup.lake)
    first = mine.accept(by="ana", now=LATER)
    held = first.model_copy(update={"features": first.features[:1]})
    setup.lake.write(
        drift_keys.accepted_reference(MODEL), AcceptedReference(model=MODEL, acts=(held,)).model_dump_json().encode()
    )
    second = mine.accept(by="ben", now=LATER)
    assert set(second.features) == set(first.features[1:])
    assert checked(setup).features_drifted == ()
    mine.undo(by="ben", now=LATER)
    assert set(checked(setup).features_drifted) == set(first.features[1:])


def test_the_record_is_stamped_before_the_window_is_checked(setup: DriftSetup) -> None:
    """An act that is written while the check runs must not be lost."""
    checked(setup)
    order: list[str] = []

    class Noted(InMemoryLake):
        def stamped(self, key: str) -> StampedObject | None:
            order.append("stamped")
            return super().stamped(key)

        def read(self, key: str, *, version_id: str | None = None) -> bytes:
            order.append("read")
            return super().read(key, version_id=version_id)

    lake = Noted()
    lake.objects = setup.lake.objects
    acceptances(lake).accept(by="ana", now=LATER)
    assert order[0] == "stamped"


def test_a_model_that_is_checked_by_another_policy_is_accepted_by_it(setup: DriftSetup) -> None:
    strict = replace(acceptances(setup.lake), policy=ClassicPolicy(minimum_rows=5000))
    with pytest.raises(NothingToAccept, match="too few to tell whether anything moved"):
        strict.accept(by="ana", now=LATER, window=CHANGED)
