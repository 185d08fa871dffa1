"""Claims decide who carries out what an event asks for when the event is delivered several times, even at once.

A claim is a document of the ledger that only its owner can write, because only the owner knows its newest revision. It
has a lease: an owner that has not written for that long is taken for dead, and whoever waited takes over. Whoever waits
measures the lease, from when it first saw the revision; clocks are never compared, so a wrong one does no harm.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from courtside.contracts.errors import CourtsideError
from courtside.contracts.records import ClaimState
from courtside.workflows.ledger_documents import read, written
from courtside.workflows.ledger_transactions import wait_at_random
from courtside.workflows.ports import Ledger

LEASE_SECONDS = 30.0
"""Longer than sending one alert may take, and far shorter than the time limit of whoever waits for the lease to end."""
POLL_SECONDS = 1.0
MOST_CONFLICTS = 8
"""With the pauses between them as many as take a few seconds, which a lease allows for."""


class ClaimLost(CourtsideError):
    """Another delivery of the event took the claim over, so this one must not go on."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(f"{key} was taken over by another delivery of the same event, which finishes it")


class Claim:
    """What the owner holds: each of its writes fails with `ClaimLost` once another one has taken over."""

    def __init__(self, ledger: Ledger, key: str, state: ClaimState, revision: int) -> None:
        self._ledger, self._key = ledger, key
        self._state, self._revision = state, revision
        self.first = revision == 1
        """Whether nobody held it before."""

    @property
    def told(self) -> bool:
        """Whether the claim's alert was sent, by this owner or one before it."""
        return self._state.told

    @property
    def subjects(self) -> tuple[str, ...]:
        """What the claim's newest alert was about, if it is a claim for many of them."""
        return self._state.subjects

    def renew(self) -> None:
        """Renew the lease: from here on the owner has `LEASE_SECONDS` for what must not happen twice."""
        self._write(self._state)

    def mark_told(self, subjects: Sequence[str] = ()) -> None:
        """Record that the alert was sent, and what it was about, so that nobody sends it again."""
        self._write(self._state.model_copy(update={"told": True, "subjects": tuple(subjects)}))

    def give_back(self) -> None:
        """Let the next delivery, such as a retry, take over without waiting; it is no error if one already has."""
        self._put(self._state.model_copy(update={"free": True}))

    def _write(self, state: ClaimState) -> None:
        if not self._put(state):
            raise ClaimLost(self._key)

    def _put(self, state: ClaimState) -> bool:
        for tries in range(MOST_CONFLICTS):
            if self._ledger.put(written(self._key, state, expected_revision=self._revision)):
                self._state, self._revision = state, self._revision + 1
                return True
            # A store may also refuse because somebody else is writing; only a newer revision means a lost claim.
            if read(self._ledger, self._key, ClaimState)[1] != self._revision:
                return False
            wait_at_random(tries)
        return False


@contextmanager
def finishing(claim: Claim) -> Iterator[None]:
    """Give a claim back if the work under it fails, so that a retry need not wait for the lease to end."""
    try:
        yield
    except ClaimLost:
        raise
    except Exception:
        claim.give_back()
        raise


@dataclass(frozen=True, slots=True)
class Claims:
    """Claims in a ledger; `lease` and `poll` are in seconds of `sleep`."""

    ledger: Ledger
    sleep: Callable[[float], None] = time.sleep
    lease: float = LEASE_SECONDS
    poll: float = POLL_SECONDS

    def take(self, key: str, *, done: Callable[[], bool]) -> Claim | None:
        """Return the claim, waiting for its owner to finish or to die; None once `done` says that all is done.

        `done` is asked once more after the claim was taken, because its owner may have finished in between.
        """
        return self._take(key, lambda _: done())

    def _take(self, key: str, done: Callable[[ClaimState | None], bool]) -> Claim | None:
        """Take a claim as `take` does; `done` is given the claim as it was just read."""
        seen, waited = -1, 0.0
        while True:
            found, revision = read(self.ledger, key, ClaimState)
            if revision != seen:
                seen, waited = revision, 0.0
            if (found is None or found.free or waited >= self.lease) and (
                claim := self._taken(key, found or ClaimState(), revision)
            ):
                if not done(found):
                    return claim
                claim.give_back()
                return None
            if done(found):
                return None
            self.sleep(self.poll)
            waited += self.poll

    def once(self, key: str, tell: Callable[[Claim], object]) -> bool:
        """Tell people something once and for all, under the claim; return whether this call did so."""
        # What was told is in the claim itself, so a repetition reads it once and writes nothing.
        claim = self._take(key, _is_told)
        if claim is None:
            return False
        with finishing(claim):
            claim.renew()
            tell(claim)
            claim.mark_told()
        return True

    def _taken(self, key: str, state: ClaimState, revision: int) -> Claim | None:
        mine = state.model_copy(update={"free": False})
        if not self.ledger.put(written(key, mine, expected_revision=revision)):
            return None
        return Claim(self.ledger, key, mine, revision + 1)


def _is_told(found: ClaimState | None) -> bool:
    return found is not None and found.told
