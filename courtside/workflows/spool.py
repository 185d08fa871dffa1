"""Trainings whose runs wait in the lake: one JSON, the models in their libraries' formats, the holdout."""

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from courtside.contracts import lake_keys, training_keys
from courtside.contracts.model_card import ModelCard, SpooledRun
from courtside.core.parquet import parquet_content, read_parquet_content
from courtside.workflows.lake_documents import read_document
from courtside.workflows.ports import Lake, TrainingRun


@dataclass(frozen=True, slots=True)
class Spool:
    """A spooled training, read back; `models` are files by path.

    `rows` are the holdout's with every column, because the champion may read others than the models do.
    """

    run: SpooledRun
    models: Mapping[str, bytes]
    attachments: Mapping[str, bytes]
    rows: pa.Table


def write_spool(
    run: TrainingRun,
    card: ModelCard,
    rows: pa.Table,
    *,
    tags: Mapping[str, str],
    models: Mapping[str, bytes],
    lake: Lake,
) -> None:
    """Store a training's runs in the lake; the JSON is written last, so a spool without it was never complete."""
    model, training_id = card.record.dataset, run.training_id
    for path, content in models.items():
        lake.write(f"{training_keys.spooled_models(model, training_id)}{path}", content)
    for name, content in run.attachments.items():
        lake.write(f"{training_keys.spooled_attachments(model, training_id)}{name}", content)
    lake.write(training_keys.spooled_rows(model, training_id), parquet_content(rows))
    spooled = SpooledRun(card=card, interface=run.interface, tags=dict(tags), attachments=tuple(run.attachments))
    lake.write(training_keys.spooled_run(model, training_id), spooled.model_dump_json(indent=2).encode())


def spooled_trainings(*, lake: Lake, model: str | None = None) -> list[tuple[str, str]]:
    """Return model and id of each training that waits, of one model or of all, in the order of their data."""
    prefix = lake_keys.MODELS_PREFIX if model is None else training_keys.trainings(model)
    keys = filter(training_keys.is_spooled_run, lake.keys(prefix))
    runs = [read_document(SpooledRun, key, lake=lake).card.record for key in keys]
    ordered = sorted(runs, key=lambda record: (record.as_of, record.training_id, record.dataset))
    return [(record.dataset, record.training_id) for record in ordered]


def read_spool(model: str, training_id: str, *, lake: Lake) -> Spool:
    """Read a spooled training back; raises `ObjectMissing`."""
    run = read_document(SpooledRun, training_keys.spooled_run(model, training_id), lake=lake)
    models, attachments = (
        training_keys.spooled_models(model, training_id),
        training_keys.spooled_attachments(model, training_id),
    )
    return Spool(
        run=run,
        models={key.removeprefix(models): lake.read(key) for key in lake.keys(models)},
        attachments={name: lake.read(f"{attachments}{name}") for name in run.attachments},
        rows=read_parquet_content(lake.read(training_keys.spooled_rows(model, training_id))),
    )


def remove_spool(model: str, training_id: str, *, lake: Lake) -> None:
    """Remove a spool, its JSON first, so that it is not replayed from then on."""
    lake.remove([training_keys.spooled_run(model, training_id)])
    lake.remove(lake.keys(training_keys.training_spool(model, training_id)))
