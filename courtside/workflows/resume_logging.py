"""Log the trainings that a tracking server which was away has missed."""

from collections.abc import Callable, Sequence

from courtside.contracts import training_keys
from courtside.contracts.errors import BadInput
from courtside.contracts.key_names import key_name
from courtside.contracts.records import TrainingRecord
from courtside.core.parquet import parquet_content, read_parquet_content
from courtside.workflows.champion_on_holdout import ChampionSaid, with_champion
from courtside.workflows.lake_documents import read_document
from courtside.workflows.model_cards import write_card
from courtside.workflows.ports import Lake, Tracking
from courtside.workflows.spool import read_spool, remove_spool, spooled_trainings
from courtside.workflows.training_runs import publish, training_run


class NothingSpooled(BadInput):
    """The training that was named has no runs waiting."""

    def __init__(self, training_id: str, waiting: Sequence[str]) -> None:
        self.training_id = training_id
        self.waiting = waiting
        super().__init__(f"training {training_id} has no runs waiting; waiting: {', '.join(waiting) or 'none'}")


def resume_logging(
    *,
    lake: Lake,
    tracking: Tracking,
    model: str | None = None,
    training_id: str | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> list[TrainingRecord]:
    """Log every spooled training (or those of one model, or one), the oldest data first; return their new records.

    A replay that breaks off can be repeated: what was logged stays, and the rest is added. Raises `NameUnusable`,
    `NothingSpooled`, `ObjectMissing` when a training left no record, and `TrackingUnavailable`.
    """
    waiting = spooled_trainings(lake=lake, model=model)
    if training_id is not None:
        found = [each for each in waiting if each[1] == key_name(training_id, "the id of a training")]
        if not found:
            raise NothingSpooled(training_id, [each for _, each in waiting])
        waiting = found
    records = []
    for owner, waiting_id in waiting:
        progress(f"{owner}.{waiting_id}")
        records.append(_replay(owner, waiting_id, lake=lake, tracking=tracking))
    return records


def _replay(model: str, training_id: str, *, lake: Lake, tracking: Tracking) -> TrainingRecord:
    spool = read_spool(model, training_id, lake=lake)
    record = read_document(TrainingRecord, training_keys.training_record(model, training_id), lake=lake)
    card = spool.run.card.model_copy(update={"record": record})
    tracking = tracking.at(card.place)
    run = training_run(
        card,
        tracking.load(spool.models),
        interface=spool.run.interface,
        rows=spool.rows,
        tags=spool.run.tags,
        attachments=spool.attachments,
    )
    done = publish(run, card, spool.rows, lake=lake, tracking=tracking)
    if done.champion is not None:
        _add_champion(model, training_id, done.champion, lake=lake)
    write_card(done.card, lake=lake)
    record = done.card.record
    lake.write(training_keys.training_record(model, training_id), record.model_dump_json(indent=2).encode())
    if record.challenger_version is not None:
        tracking.nominate(record.challenger_version)
    remove_spool(model, training_id, lake=lake)
    return record


def _add_champion(model: str, training_id: str, champion: ChampionSaid, *, lake: Lake) -> None:
    """Write the champion's predictions beside those that the challenger made when it was trained."""
    key = training_keys.training_holdout(model, training_id)
    holdout = read_parquet_content(lake.read(key))
    lake.write(key, parquet_content(with_champion(holdout, champion, model=model, lake=lake)))
