"""The patches get this context, and leave in it what has to be closed at the end."""

import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from embedded_aws.forkserver.client import Launcher
from embedded_aws.images import ImageRegistry
from embedded_aws.settings import EmulatorSettings

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PatchContext:
    """The embedded AWS that is patched: `launcher` starts its processes, and `closers`, last first, end everything."""

    settings: EmulatorSettings
    images: ImageRegistry
    launcher: Launcher
    closers: list[Callable[[], None]] = field(default_factory=list)

    def close(self) -> None:
        """End everything that the patches started: containers before the database they use."""
        while self.closers:
            closer = self.closers.pop()
            with contextlib.suppress(ProcessLookupError):
                try:
                    closer()
                except Exception:
                    # One closer that fails must not keep the others from running.
                    _logger.exception("could not close %s", closer)
        self.launcher.close()
