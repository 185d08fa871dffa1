"""Measured sizes must keep a limit; times are only printed beside their aim, because a machine may be slow."""

import re
from dataclasses import dataclass, field


@dataclass
class Figures:
    """The measured figures, one line each."""

    lines: list[str] = field(default_factory=list)

    def note(self, what: str, value: float, unit: str, *, limit: float | None = None, aim: float | None = None) -> None:
        """Record a figure, which must keep its limit or is printed beside its aim."""
        bounds = {"limit": limit, "aim": aim}
        bound = "".join(f" ({name} {each:g} {unit})" for name, each in bounds.items() if each is not None)
        self.lines.append(f"{what}: {value:.4g} {unit}{bound}")
        assert limit is None or value <= limit, self.lines[-1]


@dataclass(frozen=True)
class Report:
    """The REPORT line of an invocation, in milliseconds and MiB; `init_ms` is None for a warm start."""

    duration_ms: float
    peak_mib: float | None
    init_ms: float | None
    init_cpu_ms: float | None

    @classmethod
    def read(cls, log: str) -> "Report":
        """Find the report line in an invocation's log."""
        line = next(each for each in reversed(log.splitlines()) if each.startswith("REPORT RequestId: "))

        def figure(name: str) -> float | None:
            found = re.search(rf"\t{name}: ([\d.]+) ", line)
            return float(found[1]) if found else None

        duration = figure("Duration")
        assert duration is not None
        return cls(duration, figure("Max Memory Used"), figure("Init Duration"), figure("Init CPU"))
