"""What a stage costs a month, from its synthesized templates: pure estimation, no AWS and no files."""

from courtside.core.costs.alternatives import Alternative, alternatives
from courtside.core.costs.charges import CostLine, Unpriced
from courtside.core.costs.estimate import Estimate, estimate, further_model
from courtside.core.costs.prices import Price, PriceTable
from courtside.core.costs.usage import Usage, UsageInvalid

__all__ = [
    "Alternative",
    "CostLine",
    "Estimate",
    "Price",
    "PriceTable",
    "Unpriced",
    "Usage",
    "UsageInvalid",
    "alternatives",
    "estimate",
    "further_model",
]
