"""The clone of the project that this package runs from: what only it has."""

from pathlib import Path

from courtside.contracts.errors import CourtsideError

ROOT = Path(__file__).parents[2]


class NotACheckout(CourtsideError):
    """The CDK app and the images' sources are part of a checkout, and there is none around this package."""

    def __init__(self, root: Path) -> None:
        self.root = root
        super().__init__(
            "the embedded AWS deploys the project's own CDK app and runs its images' sources, which are part of a "
            "clone of the project and not of an installed package; clone the project and run `make demo` there"
        )


def require_checkout() -> Path:
    """Return the folder of the clone; raises `NotACheckout`."""
    if not (ROOT / "app.py").is_file():
        raise NotACheckout(ROOT)
    return ROOT
