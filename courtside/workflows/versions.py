"""The registered versions, with the gate's verdict on each."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from courtside.contracts import training_keys
from courtside.contracts.records import GateDecision
from courtside.workflows.lake_documents import read_document
from courtside.workflows.ports import Lake, ObjectMissing

_AT_ONCE = 8


def judged(versions: Sequence[Mapping[str, str]], *, model: str, lake: Lake) -> list[dict[str, str]]:
    """Add the gate's verdict and rule to each version, and its reason where nothing else explains its role."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return list(pool.map(lambda version: _judged(version, model, lake), versions))


def _judged(version: Mapping[str, str], model: str, lake: Lake) -> dict[str, str]:
    decision = _decision(model, version["training"], lake) if version["training"] else None
    if decision is None:
        return {**version, "gate": ""}
    said = f"{'passed' if decision.promote else 'refused'} ({decision.rule})"
    return {**version, "gate": said, "why": version["why"] or decision.reason}


def _decision(model: str, training_id: str, lake: Lake) -> GateDecision | None:
    try:
        return read_document(GateDecision, training_keys.training_verdict(model, training_id), lake=lake)
    except ObjectMissing:  # not judged yet, or imported
        return None
