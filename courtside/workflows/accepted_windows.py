"""The windows that people accepted as a model's new normal, as checks of its champion use them."""

import hashlib
from dataclasses import dataclass

from courtside.contracts import drift_keys
from courtside.contracts.errors import CourtsideError
from courtside.contracts.events import Window
from courtside.contracts.records import AcceptedAct, AcceptedReference, ChampionReference
from courtside.core.drift import Profile
from courtside.core.drift.accepted import Accepted
from courtside.core.drift.reports.acceptance import Acceptance
from courtside.workflows.lake_documents import find_document
from courtside.workflows.ports import Lake, ObjectMissing


class AcceptedProfileChanged(CourtsideError):
    """The profile of an accepted window is not the one that was accepted."""

    def __init__(self, model: str, act: AcceptedAct, problem: str) -> None:
        self.model = model
        self.act = act
        super().__init__(
            f"{drift_keys.accepted_profile(model, act.profile_sha256)}, which {act.by} accepted on {act.at.date()}, "
            f"{problem}, so nothing can be compared with it; restore the object's earlier version in the lake, or take "
            f"the acceptance back with `courtside alerts accept --undo --model {model}`"
        )


@dataclass(frozen=True, slots=True)
class AcceptedWindows:
    """What was accepted of a champion that concerns one window, in order; `id` changes with it, empty for nothing."""

    each: tuple[Accepted, ...] = ()
    id: str = ""

    @property
    def features(self) -> frozenset[str]:
        """The names of all features that were accepted."""
        return frozenset[str]().union(*(act.features for act in self.each))


def accepted_windows(champion: ChampionReference, window: Window, *, lake: Lake) -> AcceptedWindows:
    """Return what was accepted of a champion, as far as the window does not lie before it.

    Raises `AcceptedProfileChanged` and `DocumentDamaged`.
    """
    model = champion.dataset
    known = find_document(AcceptedReference, drift_keys.accepted_reference(model), lake=lake)
    acts = [act for act in known.in_force(champion) if window.end > act.window.start] if known else []
    if not acts:
        return AcceptedWindows()
    return AcceptedWindows(tuple(_accepted(act, model, lake=lake) for act in acts), f"accepted-{acts[-1].number}")


def _accepted(act: AcceptedAct, model: str, *, lake: Lake) -> Accepted:
    return Accepted(
        profile=Profile.from_bytes(_profile(act, model, lake=lake)),
        acceptance=Acceptance(by=act.by, on=act.at.date(), start=act.window.start, end=act.window.end, note=act.note),
        features=frozenset(act.features),
        segments={name: frozenset(features) for name, features in act.segments.items()},
        table=frozenset(act.table),
    )


def _profile(act: AcceptedAct, model: str, *, lake: Lake) -> bytes:
    try:
        content = lake.read(drift_keys.accepted_profile(model, act.profile_sha256))
    except ObjectMissing as error:
        raise AcceptedProfileChanged(model, act, "is gone") from error
    if hashlib.sha256(content).hexdigest() != act.profile_sha256:
        raise AcceptedProfileChanged(model, act, "holds other bytes than were accepted")
    return content
