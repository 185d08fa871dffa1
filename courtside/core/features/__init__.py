"""Raw rows → features: vectorized, and without anything that is known only after the fact."""

from courtside.core.features.builders import UnknownBuilder, build_features
from courtside.core.features.nba import build_nba_features

__all__ = ["UnknownBuilder", "build_features", "build_nba_features"]
