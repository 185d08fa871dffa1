"""Models of a stage that tests reach by their environment."""

from datetime import UTC, datetime

from courtside.adapters.deployment import stage_outputs
from courtside.cli.stage_data import stage_models
from courtside.datasets.catalog import contract_content


def add_model(contract: str, *, stage: str) -> None:
    """Put a contract, by its name or its path, into a stage."""
    models = stage_models(stage_outputs(stage))
    models.add(contract_content(contract), source=contract, by="a test", now=datetime.now(UTC))
