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

    def as_dict(self) -> dict[str, float]:
        """Return the limits by name, for the record of a decision."""
        return asdict(self)
