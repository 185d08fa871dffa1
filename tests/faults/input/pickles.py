"""Pickles that run a program in whoever opens them."""

import base64
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class _Call:
    """An object whose pickle calls a function with these arguments when it is opened."""

    function: Callable[..., Any]
    arguments: tuple[Any, ...]

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return self.function, self.arguments


def touching(file: Path, protocol: int) -> bytes:
    """Return a pickle that creates a file when it is opened."""
    return pickle.dumps(_Call(exec, (f"open({str(file)!r}, 'w').close()",)), protocol)


def by_system(file: Path) -> bytes:
    """Return a pickle in the oldest notation that lets a shell create a file."""
    return f"cposix\nsystem\n(S'touch {file}'\ntR.".encode()


def within_a_model(file: Path) -> bytes:
    """Return a pickle of a pipeline, one step of which creates a file."""
    from sklearn.pipeline import Pipeline

    step = _Call(exec, (f"open({str(file)!r}, 'w').close()",))
    return pickle.dumps(Pipeline([("scaler", step), ("model", None)]))


def by_numpy(file: Path) -> bytes:
    """Return a pickle that lets a helper of numpy run a text, because whole packages might be trusted."""
    text = base64.b64encode(f"open({str(file)!r}, 'w').close()".encode()).decode()
    code = f"import base64; exec(base64.b64decode('{text}'))"
    return f"cnumpy.testing._private.utils\nrunstring\n(S{code!r}\n(dtR.".encode()


PICKLES: dict[str, Callable[[Path], bytes]] = {
    "of the newest notation": lambda file: touching(file, 5),
    "of the oldest notation": by_system,
    "with a program in a step of a model": within_a_model,
    "with a program that a helper of numpy runs": by_numpy,
}
"""What makes each pickle, by what it is."""
