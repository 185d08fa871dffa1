"""Why a version does not become champion, or not yet wholly."""

from courtside.contracts.errors import CourtsideError


class ChampionChanged(CourtsideError):
    """The champion in production is not the one that a step was decided about."""

    def __init__(self, model: str, *, expected: str | None, found: str | None) -> None:
        self.model = model
        self.expected = expected
        self.found = found
        super().__init__(
            f"the champion of {model} is {_named(found)}, but this was decided about {_named(expected)}: somebody "
            f"moved it meanwhile, so nothing was changed. `courtside versions history --model {model}` shows who; "
            "train or decide again"
        )


class MadeBefore(CourtsideError):
    """A move that happens only once has been made, and somebody has moved the champion since."""

    def __init__(self, model: str, version: str, *, found: str | None) -> None:
        self.model = model
        self.version = version
        self.found = found
        super().__init__(
            f"version {version} of {model} was promoted by this before, and since then somebody made {_named(found)} "
            "champion, so nothing was changed. To promote it again: "
            f"`courtside versions promote {version} --reason WHY --model {model}`"
        )


class MoveUnfinished(CourtsideError):
    """The ledger names the new champion, and something that follows it could not be written."""

    def __init__(self, version: str | None, cause: CourtsideError) -> None:
        self.version = version
        self.cause = cause
        super().__init__(
            f"{_named(version)} is champion by the ledger, but not everything follows it yet ({cause}); "
            "run the same command again to finish"
        )


class NeverChampion(CourtsideError):
    """A version was never champion under a seal, so nothing may make it champion again without being asked."""

    def __init__(self, model: str, version: str) -> None:
        self.model = model
        self.version = version
        super().__init__(
            f"version {version} of {model} was never champion under a seal, so only a person can make it champion: "
            f"`courtside versions promote {version} --reason WHY --model {model}`"
        )


def _named(version: str | None) -> str:
    return f"version {version}" if version else "nobody"
