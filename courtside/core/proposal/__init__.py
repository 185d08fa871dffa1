"""A contract proposed from a table itself: kinds, time, ids, entities, target and leak suspects, each with a reason."""

from courtside.core.proposal.features import NothingToLearnFrom
from courtside.core.proposal.guess import Guess, Part
from courtside.core.proposal.inference import inferred_features
from courtside.core.proposal.propose import Proposal, propose
from courtside.core.proposal.targets import NoTarget, Target, TargetUnfit

__all__ = [
    "Guess",
    "NoTarget",
    "NothingToLearnFrom",
    "Part",
    "Proposal",
    "Target",
    "TargetUnfit",
    "inferred_features",
    "propose",
]
