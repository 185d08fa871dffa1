"""What the gate compares for one task: which figure may promote, and which may only reject."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from courtside.core.evaluation import Weighted
from courtside.core.gate.policy import GatePolicy

Margin = Callable[[GatePolicy, Mapping[str, float]], float]
"""By how much a figure may be worse than the champion's, given the limits and its score by model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Yardstick:
    """A named figure of a challenger beside a champion, and the `margin` by which it may be worse.

    `title` is its name in sentences, and `rule` the rule that rejects by it, empty where it may also promote. `measure`
    takes what happened and what was predicted; where `of_bounds` is set, it takes the ends of intervals in place of
    predictions, and the `level` that was stated of them.
    """

    name: str
    title: str
    measure: Callable[..., Weighted]
    margin: Margin
    higher_is_better: bool = False
    rule: str = ""
    of_bounds: bool = False


TooLittle = Callable[[NDArray[Any], GatePolicy], tuple[str, str] | None]
"""The rule and the reason why labels show nothing, None where they may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GateTask:
    """The figures of one task.

    `skill` may promote: it needs the fewest rows to show what a model knows, must reach the `floor`, and may be worse
    by its margin only in a fresher challenger. `loss` must be under the baseline's where `loss_beats_baseline` is set,
    and is looked at in every segment, with `segment_margin`, and where `by_class` is set in every class. A
    recalibration must improve it. `guardrails` are what else may not get worse. `too_little` refuses labels that show
    nothing. `baseline` is what the baseline is called, and `constant_title` what it says.
    """

    name: str
    skill: Yardstick
    floor: Callable[[GatePolicy], float]
    loss: Yardstick
    segment_margin: Margin
    guardrails: tuple[Yardstick, ...] = ()
    by_class: bool = False
    loss_beats_baseline: bool = True
    too_little: TooLittle
    baseline: str
    constant_title: str

    @property
    def over_baseline(self) -> dict[str, Yardstick]:
        """What must be better than the baseline's, by the names of the comparisons; the skill is the first."""
        figures = (self.skill, self.loss) if self.loss_beats_baseline else (self.skill,)
        return {f"{each.name}_over_baseline": each for each in figures}

    @property
    def of_segment(self) -> str:
        """What the name of the comparison of a segment begins with."""
        return f"{self.loss.name}_of_segment:"

    @property
    def of_class(self) -> str:
        """What the name of the comparison of a class begins with."""
        return f"{self.loss.name}_of_class:"

    @property
    def yardsticks(self) -> tuple[Yardstick, ...]:
        """All figures that are compared with a champion's on all rows."""
        return (self.skill, self.loss, *self.guardrails)
