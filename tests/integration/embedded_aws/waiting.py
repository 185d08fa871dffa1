"""Several tests of this folder wait until something is true."""

import time
from typing import Any


def until(condition: Any, timeout: float = 120) -> bool:
    """Return whether a condition became true within some seconds."""
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
