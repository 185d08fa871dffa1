"""What keeps an id from being erased now."""

from collections.abc import Sequence

from courtside.contracts.errors import BadInput, CourtsideError
from courtside.contracts.shortening import listed


class IdsOfGames(BadInput):
    """The rows of a model are games, which are about no person and belong to every model of games."""

    def __init__(self, model: str) -> None:
        self.model = model
        super().__init__(
            f"{model} learns from games: their ids are of no person, and all models of games share them, so nothing "
            f"was erased. `courtside games unload LOAD --model {model}` takes back what a load brought"
        )


class TrainingReads(CourtsideError):
    """A training of the model runs, and reads what would be erased."""

    def __init__(self, model: str, training_id: str) -> None:
        self.model = model
        self.training_id = training_id
        super().__init__(
            f"training {training_id} of {model} runs and reads its rows, so nothing was erased; run the same command "
            f"again once `courtside runs list --model {model}` says that it has ended"
        )


class RunsWait(CourtsideError):
    """A training's runs wait for the tracking server, with rows about an id."""

    def __init__(self, model: str, keys: Sequence[str]) -> None:
        self.model = model
        self.keys = tuple(keys)
        super().__init__(
            f"the runs of a training of {model} wait for the tracking server together with rows that are to be erased "
            f"({listed(keys)}), so nothing was erased; log them first with `courtside train --resume-logging "
            f"--model {model}`"
        )


class FilesWait(CourtsideError):
    """Files that hold an id have arrived and were not taken in yet."""

    def __init__(self, model: str, uris: Sequence[str]) -> None:
        self.model = model
        self.uris = tuple(uris)
        super().__init__(
            f"files of {model} that hold what is to be erased wait to be taken in ({listed(uris)}), so nothing was "
            f"erased: the next round would bring it back. Let a round take them in with `courtside watch --model "
            f"{model}`, or remove those that no round takes, then run the same command again"
        )
