"""How many trainings of a stage run at once: who has a slot, and whose turn is next."""

from datetime import datetime

from courtside.contracts.records import TrainingSlot, TrainingSlots


def living(slots: TrainingSlots, *, now: datetime) -> TrainingSlots:
    """Return the slots without those whose lease has ended."""
    return slots.model_copy(update={"running": tuple(each for each in slots.running if each.lease_until > now)})


def slot_of(slots: TrainingSlots, model: str) -> TrainingSlot | None:
    """Return the slot of a model; None where it has none."""
    return next((each for each in slots.running if each.model == model), None)


def with_slot(slots: TrainingSlots, slot: TrainingSlot) -> TrainingSlots:
    """Return the slots with this one, in place of the one that its model had."""
    others = (each for each in slots.running if each.model != slot.model)
    return slots.model_copy(update={"running": (*others, slot)})


def without_training(slots: TrainingSlots, model: str, training_id: str) -> TrainingSlots:
    """Return the slots without that of one training."""
    left = (each for each in slots.running if (each.model, each.training_id) != (model, training_id))
    return slots.model_copy(update={"running": tuple(left)})


def queued(slots: TrainingSlots, model: str, *, waits: bool, first: bool = False) -> TrainingSlots:
    """Return the slots in which a model waits, behind those that waited before it or `first` of all, or no more."""
    if waits == (model in slots.waiting) and not first:
        return slots
    others = tuple(each for each in slots.waiting if each != model)
    own = (model,) if waits else ()
    return slots.model_copy(update={"waiting": (*own, *others) if first else (*others, *own)})
