"""Keys of the ledger: the only place that spells one.

Those of a model are used through `ModelLedger`, which puts the model's name before them.
"""

import hashlib
from datetime import datetime

from courtside.contracts.key_names import key_name

CHAMPION = "champion/current"
HISTORY_PREFIX = "history/"
APPROVALS_PREFIX = "approval/"
RETRAINING_LOCK = "lock/retraining"
CHECKS_PREFIX = "check/"
UNDONE_TRAININGS = f"{CHECKS_PREFIX}undone_trainings"
"""Key of the executions of a model's trainings that restores have undone; beside the checks, which start others."""
BEGUN_PREFIX = "begun/"
ENDS_PREFIX = "end/"
_DIGEST_LETTERS = 32
_SHARDS = "0123456789abcdef"
STAGE_MODELS = tuple(f"models-{shard}/" for shard in _SHARDS)
"""The parts of the ledger that the stage's models are spread over, so that none of them is asked for all."""
ROUNDS = tuple(f"rounds-{shard}/" for shard in _SHARDS)
"""The parts of the ledger that the records of the stage's rounds are spread over."""
INCIDENTS = tuple(f"incidents-{shard}/" for shard in _SHARDS)
"""The parts of the ledger that the incidents of a stage's models are spread over; its own are in the first."""
ALARMS_PREFIX = "alarms/"
"""Prefix of what people answered to alarms; CloudWatch itself knows which are on."""
PLACES_PREFIX = "places/"
_POSTS = "posts-"
TRAINING_SLOTS = "trainings/slots"
"""Key of the stage's document about which trainings run and which models wait."""


def of_model(model: str) -> str:
    """Return what stands before the keys of one model; raises `NameUnusable`."""
    return f"{key_name(model, 'the name of a model')}/"


def partition(key: str) -> str:
    """Return the part of the ledger that a key lies in; permissions are granted on these parts."""
    return key.rpartition("/")[0]


def retraining_lock(model: str) -> str:
    """Key of one model's lock, where several models' are changed together; raises `NameUnusable`."""
    return f"{of_model(model)}{RETRAINING_LOCK}"


def history(since: datetime, version: str) -> str:
    """Key of one entry of the production history; entries sort by time."""
    return f"{HISTORY_PREFIX}{since:%Y-%m-%dT%H:%M:%S.%fZ}-v{version}"


def promotion(training_id: str) -> str:
    """Key of the note that a training's challenger was promoted; in the champion's partition, as it moves with it."""
    return f"{partition(CHAMPION)}/promoted-{key_name(training_id, 'the id of a training')}"


def drift_check(check_id: str) -> str:
    """Key of the claim to carry out one drift check."""
    return f"{CHECKS_PREFIX}{check_id}"


def begun(arrival_id: str) -> str:
    """Key of the attempts to take in one file that arrived; raises `NameUnusable`."""
    return f"{BEGUN_PREFIX}{key_name(arrival_id, 'the id of an arrival')}"


def end_of_retraining(training_id: str, ended: str) -> str:
    """Key of the claim to tell people how a retraining ended; raises `NameUnusable`."""
    return f"{ENDS_PREFIX}{key_name(training_id, 'the id of a training')}-{ended}"


def approval(training_id: str) -> str:
    """Key of one request for approval; raises `NameUnusable`."""
    return f"{APPROVALS_PREFIX}{key_name(training_id, 'the id of a training')}"


def stage_model(model: str) -> str:
    """Key of the entry of one of the stage's models; raises `NameUnusable`."""
    return f"models-{shard(model)}/{key_name(model, 'the name of a model')}"


def stage_model_of(key: str) -> str:
    """Return the name of the model in a key that `stage_model` gives."""
    return key.rpartition("/")[2]


def model_round(model: str) -> str:
    """Key of the record of a model's rounds; raises `NameUnusable`."""
    return f"rounds-{shard(model)}/{key_name(model, 'the name of a model')}"


def incidents_of(model: str) -> str:
    """Prefix of the part of the ledger that a model's incidents lie in, beside those of others."""
    return f"incidents-{_incident_shard(model)}/"


def incident(model: str, kind: str) -> str:
    """Key of the newest incident of a model and kind (an empty model is the stage itself); raises `NameUnusable`.

    No name of a model begins with a dot, or holds one.
    """
    return f"{incidents_of(model)}{_incident(model, kind)}"


def incident_telling(model: str, kind: str) -> str:
    """Key of the claim to tell people of an incident, beside the incidents; raises `NameUnusable`."""
    return f"incidents-{_incident_shard(model)}-told/{_incident(model, kind)}"


def _incident_shard(model: str) -> str:
    return shard(model) if model else _SHARDS[0]


def _incident(model: str, kind: str) -> str:
    name = key_name(model, "the name of a model") if model else ""
    return f"{name}.{key_name(kind, 'the kind of an incident')}"


def alarm(name: str) -> str:
    """Key of what a person answered to an alarm; raises `NameUnusable`."""
    return f"{ALARMS_PREFIX}{key_name(name, 'the name of an alarm')}"


def posts(channel: str) -> str:
    """Return the part of the ledger in which one channel's notifier remembers what it has said; it ends in a slash."""
    return f"{_POSTS}{channel}/"


def is_of_posts(key: str) -> bool:
    """Return whether a document is what a notifier remembers, which may be written at any moment."""
    return key.startswith(_POSTS)


def told(channel: str, alert: str) -> str:
    """Key of the claim to say one alert in a channel, by the alert's id or by that of its delivery."""
    return f"{posts(channel)}told-{_digest(alert)}"


def thread(channel: str, incident: str) -> str:
    """Key of the thread about an incident in a channel."""
    return f"{posts(channel)}thread-{_digest(incident)}"


def opening(channel: str, incident: str) -> str:
    """Key of the claim to open the thread about an incident in a channel."""
    return f"{posts(channel)}opening-{_digest(incident)}"


def place(kind: str, name: str) -> str:
    """Key of the note that says whose a place is: a registered model, an experiment, or the legacy set."""
    return f"{PLACES_PREFIX}{kind}-{key_name(name, 'the name of a place')}"


def _digest(identity: str) -> str:
    return hashlib.sha256(identity.encode()).hexdigest()[:_DIGEST_LETTERS]


def shard(model: str) -> str:
    """Return which of the 16 parts of stage-wide documents a model's lies in: even with many models none is hot."""
    return hashlib.sha256(model.encode()).hexdigest()[0]
