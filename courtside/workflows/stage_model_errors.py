"""Why a stage cannot look after a model, or does not know which one is meant."""

from collections.abc import Sequence
from datetime import datetime

from courtside.contracts.errors import BadInput, CourtsideError
from courtside.contracts.shortening import listed, shortened

_ADD_ONE = "Add one with `courtside models add CONTRACT.yaml`"


class ModelUnknown(BadInput):
    """A stage looks after no model of this name; `known` are those that it does look after (None: not asked)."""

    def __init__(self, model: str, known: Sequence[str] | None, *, because: str = "", advice: str = _ADD_ONE) -> None:
        self.model = model
        self.known = known
        has = f"its models are {listed(known)}" if known else "it has no model yet"
        if known is None:
            has = "`courtside models list` shows which it has"
        super().__init__(f"the stage has no model {shortened(model)!r}{because}; {has}. {advice}")


class ModelRemoved(ModelUnknown):
    """A stage looked after this model until somebody removed it; `contract` is the address of what it went by then."""

    def __init__(
        self, model: str, removed_at: datetime, known: Sequence[str] | None, *, contract: str | None = None
    ) -> None:
        self.removed_at = removed_at
        self.contract = contract
        because = f" any more: it was removed at {removed_at:%Y-%m-%d %H:%M} UTC"
        advice = "To bring it back, add its contract again with `courtside models add CONTRACT.yaml`"
        if contract is not None:
            advice = f"{advice}; the one that it had is kept at {contract}"
        super().__init__(model, known, because=because, advice=advice)


class NoModel(BadInput):
    """A stage has no model of the kind that a command is about; `known` are its models."""

    def __init__(self, kind: str, known: Sequence[str]) -> None:
        self.kind = kind
        self.known = tuple(known)
        has = f"its models are {listed(known)}" if known else "it has none at all yet"
        super().__init__(
            f"the stage has no {kind}; {has}. Add one with `courtside models add CONTRACT.yaml`, or "
            "`courtside models add nba_games` for the games that Courtside ships a contract for"
        )


class ModelNotNamed(BadInput):
    """A stage has several models that a command could be about, and nobody said which one is meant."""

    def __init__(self, known: Sequence[str]) -> None:
        self.known = tuple(known)
        super().__init__(
            f"the stage has the models {listed(known)}; say which one is meant with --model. "
            "`courtside models list` shows what each is doing"
        )


class PlaceOfAnother(BadInput):
    """A contract names a registered model, an experiment or the legacy set, which belongs to another model."""

    def __init__(self, model: str, kind: str, name: str, owner: str) -> None:
        self.model = model
        self.kind = kind
        self.name = name
        self.owner = owner
        way_out = f"give {model} another one with the key `{kind}` of its contract"
        if kind == "legacy_set":  # a stage has one
            way_out = f"leave the key `legacy_set` out of the contract of {model}"
        super().__init__(
            f"the {kind} of {model} is {name}, which belongs to the model {owner} of this stage, or did before "
            f"{owner} was removed; {way_out}"
        )


class VersionNotRaised(BadInput):
    """A contract says something else than the one before, and its version does not tell them apart."""

    def __init__(self, model: str, version: int, *, before: int) -> None:
        self.model = model
        self.version = version
        self.before = before
        super().__init__(
            f"the stage has version {before} of the contract {model}, and this one says something else with version "
            f"{version}. If it is a change of the same model, write `version: {before + 1}` into the contract and add "
            "it again; if it is another model, give it another `name`"
        )


class TaskDiffers(BadInput):
    """A contract is of another task than the one before, so nothing that the stage keeps of the model would fit it."""

    def __init__(self, model: str, task: str, *, before: str) -> None:
        self.model = model
        self.task = task
        self.before = before
        super().__init__(
            f"the task of {model} in this stage is {before}, and this contract says {task}: the predictions, labels "
            f"and versions that the lake holds of it are of the task {before}. Give the contract another `name`, or "
            f"delete them first with `courtside models remove {model} --delete-data`"
        )


class ContractChanged(CourtsideError):
    """The contract of a model is not what was added, because somebody changed it in the lake by hand."""

    def __init__(self, model: str, uri: str, detail: str) -> None:
        self.model = model
        self.uri = uri
        self.detail = detail
        super().__init__(
            f"the contract of {model} at {uri} is not the one that was added ({detail}): somebody changed it by hand. "
            "Add the contract's file again with `courtside models add`, or restore the object's version before, which "
            "the bucket keeps"
        )
