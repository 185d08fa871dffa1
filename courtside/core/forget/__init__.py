"""Find an id in what a model's data holds, and take the rows out that are about it."""

from courtside.core.forget.content import Searched, searched
from courtside.core.forget.wanted import IdsUnclear, Wanted, wanted_ids

__all__ = ["IdsUnclear", "Searched", "Wanted", "searched", "wanted_ids"]
