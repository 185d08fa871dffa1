"""Functions that move the champion as people and gates do, and that read which version every store names."""

from datetime import datetime, timedelta

from courtside.contracts import lake_keys
from courtside.contracts.events import PromoteRequest, SealRequest
from courtside.contracts.records import ChampionReference
from courtside.workflows.production import Production
from courtside.workflows.promote import promote, seal_challenger
from courtside.workflows.rollback import Moved, promote_by_hand, rollback
from courtside.workflows.sealed_models import reference_in_use
from tests.fakes.legacy_reader import read_legacy_set
from tests.fakes.ports import InMemoryModels, InMemoryRegistry
from tests.fakes.production import NOW, hold

LATER = NOW + timedelta(hours=1)


def promoted(production: Production, training_id: str, **changes: str) -> None:
    sealed = seal_challenger(SealRequest(model="nba_games", training_id=training_id), production=production)
    request = PromoteRequest(model="nba_games", training_id=training_id, sha256=sealed.sha256, **changes)
    hold(production, training_id)
    promote(request, production=production, now=NOW)


def rolled_back(production: Production, *, to: str | None = None, now: datetime = LATER) -> Moved:
    return rollback(production=production, models=InMemoryModels(), by="arn:person", now=now, to=to)


def by_hand(production: Production, version: str, *, now: datetime = LATER) -> Moved:
    return promote_by_hand(
        version, reason="agreed", production=production, models=InMemoryModels(), by="arn:person", now=now
    )


def said(production: Production) -> tuple[str | None, str | None, str | None, str | None]:
    """Return the versions that ledger, registry, drift reference and legacy files name."""
    kept = reference_in_use("nba_games", lake=production.lake)
    legacy = read_legacy_set(lake=production.lake)["a.pkl"].decode() if kept else None
    of_training = {reign.training_id: reign.version for reign in production.history()}
    return (
        production.champion().version,
        production.registry.champion_version(),
        kept.version if kept else None,
        of_training.get(legacy),
    )


def registry_of(production: Production) -> InMemoryRegistry:
    assert isinstance(production.registry, InMemoryRegistry)
    return production.registry


def aliases(production: Production) -> tuple[str | None, str | None]:
    return production.registry.champion_version(), production.registry.previous_version()


def reference(production: Production) -> str:
    return ChampionReference.model_validate_json(
        production.lake.read(lake_keys.champion_reference("nba_games"))
    ).version
