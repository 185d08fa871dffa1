"""What the workflows need from the outside world: one file per capability, with the errors that it raises."""

from courtside.workflows.ports.alerts import AlertChannel
from courtside.workflows.ports.conversation import Conversation, MessageNotEdited
from courtside.workflows.ports.drift_tracking import DriftRun, DriftTracking
from courtside.workflows.ports.incoming import FileClosed, Incoming, IncomingClosed, IncomingFile
from courtside.workflows.ports.lake import Lake, LakeRead, ObjectMissing, StampedObject, StoredObject, lies_between
from courtside.workflows.ports.ledger import Ledger, LedgerEntry, LedgerWrite
from courtside.workflows.ports.models import Champion, ModelNotTrusted, Models, ModelUnusable
from courtside.workflows.ports.registry import Registry, VersionMissing
from courtside.workflows.ports.retraining import Retraining
from courtside.workflows.ports.tracking import (
    CandidateRun,
    PlaceTaken,
    Tracking,
    TrackingRefused,
    TrackingUnavailable,
    TrainingRun,
)
from courtside.workflows.ports.versions import ObjectVersion, VersionedLake

__all__ = [
    "AlertChannel",
    "CandidateRun",
    "Champion",
    "Conversation",
    "DriftRun",
    "DriftTracking",
    "FileClosed",
    "Incoming",
    "IncomingClosed",
    "IncomingFile",
    "Lake",
    "LakeRead",
    "Ledger",
    "LedgerEntry",
    "LedgerWrite",
    "MessageNotEdited",
    "ModelNotTrusted",
    "ModelUnusable",
    "Models",
    "ObjectMissing",
    "ObjectVersion",
    "PlaceTaken",
    "Registry",
    "Retraining",
    "StampedObject",
    "StoredObject",
    "Tracking",
    "TrackingRefused",
    "TrackingUnavailable",
    "TrainingRun",
    "VersionMissing",
    "VersionedLake",
    "lies_between",
]
