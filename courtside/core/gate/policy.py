"""What people ask of a challenger."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class GatePolicy:
    """The limits of the gate; people set them, never a model, so that standards cannot slide.

    A challenger must reach `floor_auc`, be above 0.5 beyond noise, and have a lower log loss than the majority
    baseline. Against a champion it must be better beyond noise, or fresher and at most `margin` of AUC behind: its data
    must then end at least `fresher_days` after the champion's (0: any training will do). The other margins say by how
    much it may be worse, beyond noise, in log loss (nats), calibration error and the log loss of any segment. Fewer
    than `fewest_rows` rows, or `fewest_of_class` of either class, judge nothing; a segment under `fewest_segment_rows`
    is left out. The 95 % intervals come from `resamples` draws seeded with `seed`.

    A regression has `floor_r2` and `r2_margin` in place of those of AUC, shares of the variance of the holdout's
    targets, and `mae_margin` and `segment_mae_margin` in place of those of log loss, shares of the champion's mean
    absolute error. `coverage_margin` says by how much fewer targets its intervals may hold, beyond noise.

    `block` says which rows of the holdout depend on each other: those of one day, of one week, or with the same value
    in a column (None: none do). Whole blocks are drawn then.
    """

    floor_auc: float = 0.55
    margin: float = 0.005
    fresher_days: int = 1
    log_loss_margin: float = 0.005
    calibration_margin: float = 0.01
    segment_margin: float = 0.01
    fewest_rows: int = 100
    fewest_of_class: int = 10
    fewest_segment_rows: int = 100
    resamples: int = 1_000
    seed: int = 42
    floor_r2: float = 0.0
    r2_margin: float = 0.01
    mae_margin: float = 0.02
    segment_mae_margin: float = 0.05
    coverage_margin: float = 0.02
    block: str | None = None

    def as_dict(self, task: str = "binary") -> dict[str, float]:
        """Return the limits of a task by name, for the record of a decision; `block` is no limit."""
        others = limits_of_others(task) | {"block"}
        return {name: value for name, value in asdict(self).items() if name not in others}


BLOCKS_OF_TIME = ("day", "week")
"""The blocks that the time column makes; any other names a column."""
OF_REGRESSION = frozenset({"floor_r2", "r2_margin", "mae_margin", "segment_mae_margin", "coverage_margin"})
"""The limits that only a regression has."""
OF_CLASSES = frozenset(
    {"floor_auc", "margin", "log_loss_margin", "calibration_margin", "segment_margin", "fewest_of_class"}
)
"""The limits that a regression has not."""


def limits_of_others(task: str) -> frozenset[str]:
    """Return the limits that mean nothing for a task."""
    return OF_CLASSES if task == "regression" else OF_REGRESSION
