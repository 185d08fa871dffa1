"""Which contracts a stage can train on: those that its images take along."""

from pathlib import Path

_CONTRACTS = Path(__file__).parents[1] / "courtside" / "datasets"


def shipped(name: str) -> str:
    """Return the name of a contract in `courtside/datasets`; raises `ValueError` for any other."""
    known = sorted(path.stem for path in _CONTRACTS.glob("*.yaml"))
    if name not in known:
        raise ValueError(f"is not the name of a contract in courtside/datasets ({', '.join(known)})")
    return name
