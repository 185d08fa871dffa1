"""Raw rows → features: vectorized, and without anything that is known only after the fact."""

from courtside.core.features.build import UnknownBuilder, build_features, builder_of
from courtside.core.features.builders.nba import build_nba_features
from courtside.core.features.builders.nba_ratings import build_nba_ratings

__all__ = ["UnknownBuilder", "build_features", "build_nba_features", "build_nba_ratings", "builder_of"]
