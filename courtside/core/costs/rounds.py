"""What a scheduled state machine does once a round, and what it does for each model that is due."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from courtside.contracts.templates.references import NotText, text
from courtside.contracts.templates.resources import Resource


@dataclass(frozen=True, slots=True)
class Round:
    """How many states a round and a model's turn in it pass at most, and the JSON of such a turn."""

    states: int
    states_of_a_model: int
    turn: str = ""

    def in_a_turn(self, resource: Resource) -> bool:
        """Return whether each model's turn names a resource of the same stack."""
        return any(f"<{resource.logical_id}{end}" in self.turn for end in (">", "."))


def round_of(machine: Resource) -> Round:
    """Return what a machine does; a definition that only a deployment knows has no turns of models.

    Every state is counted, though a round goes through some of them only, and none is counted twice for a retry.
    """
    try:
        definition = json.loads(text(machine.properties.get("DefinitionString", "")))
    except (NotText, ValueError):
        return Round(states=0, states_of_a_model=0)
    turns = list(_turns(definition))
    return Round(
        states=len(definition["States"]),
        states_of_a_model=sum(len(each["States"]) for each in turns),
        turn=json.dumps(turns),
    )


def _turns(definition: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield what the machine's maps do with each item."""
    for state in definition["States"].values():
        if state["Type"] == "Map":
            yield state["ItemProcessor"]
