"""What loads models where a person says which packages of their own may run."""

from collections.abc import Sequence
from importlib.util import find_spec

from courtside.adapters.mlflow_models import MlflowModels
from courtside.contracts.errors import BadInput
from courtside.contracts.own_candidates import trusted_packages


class PackageNotInstalled(BadInput):
    """A person trusts a package that is not there where the command runs."""

    def __init__(self, package: str) -> None:
        self.package = package
        super().__init__(
            f"the package {package} is trusted, but not installed here; install it in the version that trained the "
            "model, beside Courtside, and repeat the command"
        )


def models_trusting(packages: Sequence[str]) -> MlflowModels:
    """Return what loads models, with classes of these packages; raises `PackageNotOwn` and `PackageNotInstalled`."""
    trusted = trusted_packages(packages)
    for package in sorted(trusted):
        if find_spec(package) is None:
            raise PackageNotInstalled(package)
    return MlflowModels(packages=trusted)
