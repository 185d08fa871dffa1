"""Which AWS this process's SDKs speak to while the demo runs."""

import contextlib
import os
from contextlib import ExitStack

from embedded_aws.aws import LocalAws


def point_sdks_at(aws: LocalAws, resources: ExitStack) -> None:
    """Make this process's AWS and MLflow clients use this embedded AWS, and no other, until the demo ends."""
    before = dict(os.environ)

    def restore() -> None:
        os.environ.clear()
        os.environ.update(before)

    resources.callback(restore)
    with contextlib.suppress(KeyError):
        del os.environ["AWS_PROFILE"]
    os.environ.update(aws.environment())
