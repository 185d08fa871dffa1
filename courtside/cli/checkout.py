"""What only a clone of the project has: the embedded AWS, and the CDK app that it deploys."""

import importlib.util

from courtside.contracts.errors import CourtsideError


class NotACheckout(CourtsideError):
    """The package was installed by itself: the embedded AWS, the CDK app and the images' sources are not part of it."""

    def __init__(self) -> None:
        super().__init__(
            "the embedded AWS deploys the project's own CDK app and runs its images' sources, which are part of a "
            "clone of the project and not of an installed package; clone the project and run `make demo` there"
        )


def require_checkout() -> None:
    """Raise `NotACheckout` where the embedded AWS cannot be imported."""
    if importlib.util.find_spec("embedded_aws") is None:
        raise NotACheckout
