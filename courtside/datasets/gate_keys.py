"""The keys of a contract that say what a challenger must keep."""

from typing import Annotated

from pydantic import Field

from courtside.core.gate.policy import GatePolicy
from courtside.datasets.key_types import Count, Keys, Margin, Text

LIMITS = GatePolicy()


class Gate(Keys):
    """What a challenger must keep to become champion; `docs/gate.md` says how the figures are computed."""

    floor_auc: Annotated[float, Field(ge=0.5, lt=1, strict=True)] = Field(
        LIMITS.floor_auc, description="The lowest AUC that may be promoted.", examples=[0.6]
    )
    margin: Margin = Field(
        LIMITS.margin, description="The most AUC that a fresher challenger may lose.", examples=[0.002]
    )
    fresher_days: Annotated[int, Field(ge=0, le=36_525, strict=True)] = Field(
        LIMITS.fresher_days,
        description="The days by which its data must end after the champion's; 0: any training will do.",
        examples=[7],
    )
    log_loss_margin: Margin = Field(
        LIMITS.log_loss_margin, description="By how much its log loss may be worse, in nats.", examples=[0.01]
    )
    calibration_margin: Margin = Field(
        LIMITS.calibration_margin,
        description="By how much its calibration error may be worse, in probability.",
        examples=[0.02],
    )
    segment_margin: Margin = Field(
        LIMITS.segment_margin, description="By how much its log loss in any segment may be worse.", examples=[0.02]
    )
    fewest_rows: Count = Field(
        LIMITS.fewest_rows, description="With fewer rows in the holdout nothing is promoted.", examples=[200]
    )
    fewest_of_class: Count = Field(
        LIMITS.fewest_of_class, description="With fewer rows of either class nothing is promoted.", examples=[20]
    )
    fewest_segment_rows: Count = Field(
        LIMITS.fewest_segment_rows, description="A segment with fewer rows is left out, and said so.", examples=[50]
    )
    resamples: Annotated[int, Field(ge=100, le=100_000, strict=True)] = Field(
        LIMITS.resamples, description="Draws behind each interval.", examples=[2000]
    )
    seed: Annotated[int, Field(ge=0, lt=2**32, strict=True)] = Field(
        LIMITS.seed, description="Seeds these draws.", examples=[7]
    )
    floor_r2: Annotated[float, Field(ge=-1, lt=1, strict=True)] = Field(
        LIMITS.floor_r2, description="For a regression: the lowest R² that may be promoted.", examples=[0.2]
    )
    r2_margin: Margin = Field(
        LIMITS.r2_margin,
        description="For a regression: the most R² that a fresher challenger may lose.",
        examples=[0.005],
    )
    mae_margin: Margin = Field(
        LIMITS.mae_margin,
        description="For a regression: by how much its mean absolute error may be worse, as a share of the champion's.",
        examples=[0.05],
    )
    segment_mae_margin: Margin = Field(
        LIMITS.segment_mae_margin, description="The same, in any segment.", examples=[0.1]
    )
    coverage_margin: Margin = Field(
        LIMITS.coverage_margin,
        description="For a regression: by how much fewer targets its intervals may hold, as a share of all rows.",
        examples=[0.05],
    )
    block: Text | None = Field(
        None,
        description="Which rows of the holdout depend on each other: those of one `day` or `week` of the time_column, "
        "or with the same value in a column. Whole blocks are drawn then.",
        examples=["customer_id"],
    )
