"""Records that Courtside keeps in the lake and in the ledger, read back by later steps and by people."""

from courtside.contracts.records.acceptances import AcceptedAct, AcceptedReference
from courtside.contracts.records.arrivals import ArrivalOutcome, ArrivalRecord, Attempted
from courtside.contracts.records.champions import ChampionPointer, ChampionReference, Reign, SealedFiles
from courtside.contracts.records.decisions import ClaimState, DecisionRecord, RetrainingLockState
from courtside.contracts.records.derived import DerivedDocument, DerivedRows
from courtside.contracts.records.forgotten import ErasedFiles, ForgottenRecord
from courtside.contracts.records.incidents import IncidentEvent, IncidentRecord, UnsentAlert
from courtside.contracts.records.labels import BegunLabelLoad, LabelLoad
from courtside.contracts.records.performance import LabelsIn, PerformanceProgress
from courtside.contracts.records.predictions import UnpredictableRows
from courtside.contracts.records.promotion import ApprovalRecord, Comparison, GateDecision
from courtside.contracts.records.replays import ReplayRecord
from courtside.contracts.records.rounds import ModelRound
from courtside.contracts.records.situations import (
    DriftFacts,
    DueFacts,
    HistoryFacts,
    Known,
    PastCheck,
    PastRollBack,
    PastTraining,
    PerformanceFacts,
    Situation,
)
from courtside.contracts.records.stage_models import StageModel, StagePlace
from courtside.contracts.records.threads import ThreadRecord
from courtside.contracts.records.training import (
    Calibration,
    DataManifest,
    FrozenObject,
    HistoryRecord,
    InferredFeatures,
    LegacySet,
    ModelRecord,
    Recalibrated,
    Refit,
    RollingOriginRecord,
    SplitRule,
    TrainingRecord,
    WindowScore,
)
from courtside.contracts.records.training_slots import TrainingSlot, TrainingSlots
from courtside.contracts.records.undone import UndoneTrainings

__all__ = [
    "AcceptedAct",
    "AcceptedReference",
    "ApprovalRecord",
    "ArrivalOutcome",
    "ArrivalRecord",
    "Attempted",
    "BegunLabelLoad",
    "Calibration",
    "ChampionPointer",
    "ChampionReference",
    "ClaimState",
    "Comparison",
    "DataManifest",
    "DecisionRecord",
    "DerivedDocument",
    "DerivedRows",
    "DriftFacts",
    "DueFacts",
    "ErasedFiles",
    "ForgottenRecord",
    "FrozenObject",
    "GateDecision",
    "HistoryFacts",
    "HistoryRecord",
    "IncidentEvent",
    "IncidentRecord",
    "InferredFeatures",
    "Known",
    "LabelLoad",
    "LabelsIn",
    "LegacySet",
    "ModelRecord",
    "ModelRound",
    "PastCheck",
    "PastRollBack",
    "PastTraining",
    "PerformanceFacts",
    "PerformanceProgress",
    "Recalibrated",
    "Refit",
    "Reign",
    "ReplayRecord",
    "RetrainingLockState",
    "RollingOriginRecord",
    "SealedFiles",
    "Situation",
    "SplitRule",
    "StageModel",
    "StagePlace",
    "ThreadRecord",
    "TrainingRecord",
    "TrainingSlot",
    "TrainingSlots",
    "UndoneTrainings",
    "UnpredictableRows",
    "UnsentAlert",
    "WindowScore",
]
