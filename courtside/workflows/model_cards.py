"""A training's model card: made from its record and models, written to the lake in three forms."""

from courtside.contracts import training_keys
from courtside.contracts.model_card import CandidateCard, ModelCard, Provenance
from courtside.contracts.records import TrainingRecord
from courtside.core.dataset import Dataset
from courtside.core.model_card import render_markdown, render_page
from courtside.core.model_card.of_task import curves_of
from courtside.core.pages.place import Place
from courtside.core.rows import period
from courtside.core.training.fit import TrainedModel
from courtside.core.training.frame import labels
from courtside.core.training.importance import importances
from courtside.workflows.challengers import Challengers
from courtside.workflows.ports import Lake


def model_card(record: TrainingRecord, made: Challengers, *, dataset: Dataset, provenance: Provenance) -> ModelCard:
    """Return the card of a training that has not been logged yet."""
    split, truth = made.split, labels(made.split.test, dataset)
    return ModelCard(
        record=record,
        purpose=dataset.purpose,
        registered_model=dataset.place.registered_model,
        experiment=dataset.place.experiment,
        interface=made.interface,
        train_period=period(split.train, dataset.time_column) if dataset.time_column else None,
        test_period=period(split.test, dataset.time_column) if dataset.time_column else None,
        manifest_key=training_keys.training_manifest(dataset.name, record.training_id) if record.data_hash else None,
        candidates=tuple(
            CandidateCard(
                name=model.name,
                flavor=model.flavor.value,
                params={name: str(value) for name, value in model.candidate.params.items()},
                importances=importances(_served(model, made).estimator, list(made.interface.taken_as)),
                curves=curves_of(
                    split.test,
                    truth,
                    model.test_probability,
                    dataset=dataset,
                    classes=made.written_classes,
                    seen=model.seen,
                    intervals=model.intervals,
                    calibrated_on=split.selection_rows,
                ),
                package=model.candidate.package,
            )
            for model in made.models
        ),
        provenance=provenance,
    )


def _served(model: TrainedModel, made: Challengers) -> TrainedModel:
    """Return a candidate as its run holds it: the best one as it was registered."""
    return made.registered.model if model is made.best else model


def write_card(card: ModelCard, *, lake: Lake) -> None:
    """Write the card as data, as a page and as Markdown."""
    model, training_id = card.record.dataset, card.record.training_id
    lake.write(training_keys.training_card(model, training_id), card.model_dump_json(indent=2).encode())
    page = training_keys.training_card_page(model, training_id)
    place = Place(page=page, model=model, here=f"Model card of training {training_id}")
    lake.write(page, render_page(card, place=place).encode())
    lake.write(training_keys.training_card_text(model, training_id), render_markdown(card).encode())
