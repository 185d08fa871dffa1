"""What a replay lived through, as a stage would have written it down: the dashboard shows it as if it were live."""

from courtside.workflows.replays.pages import NoReplay, publish, replays_of
from courtside.workflows.replays.recorder import Recorder
from courtside.workflows.replays.recording import Recording
from courtside.workflows.replays.witness import RecordingWitness, replay_name

__all__ = ["NoReplay", "Recorder", "Recording", "RecordingWitness", "publish", "replay_name", "replays_of"]
