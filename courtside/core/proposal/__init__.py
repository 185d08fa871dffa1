"""A contract proposed from a table itself: kinds, time, ids, entities, target and leak suspects, each with a reason."""

from courtside.core.proposal.guess import Guess, Part
from courtside.core.proposal.propose import NothingToLearnFrom, Proposal, propose
from courtside.core.proposal.targets import NoTarget, Target, TargetUnfit

__all__ = ["Guess", "NoTarget", "NothingToLearnFrom", "Part", "Proposal", "Target", "TargetUnfit", "propose"]
