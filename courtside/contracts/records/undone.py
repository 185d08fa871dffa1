"""Which trainings a restore has undone."""

from courtside.contracts.versioned import Versioned


class UndoneTrainings(Versioned):
    """Names of executions of a model's trainings that restores have undone, oldest first."""

    executions: tuple[str, ...] = ()
