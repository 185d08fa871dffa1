"""What a replay lived through, as a stage would have written it down: the dashboard shows it as if it were live."""

from courtside.workflows.replays.pages import NoReplay, publish, replays_of
from courtside.workflows.replays.recorder import Recorder

__all__ = ["NoReplay", "Recorder", "publish", "replays_of"]
