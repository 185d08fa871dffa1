"""The drift reference that training logged beside a registered model."""

import re
import tempfile
from pathlib import Path

import mlflow
from botocore.exceptions import ClientError
from mlflow.exceptions import MlflowException

from courtside.adapters.mlflow_connection import connect, is_missing, reaching
from courtside.adapters.tracking_address import require_server, usable_address
from courtside.contracts.errors import BadInput
from courtside.contracts.names import REFERENCE_ARTIFACTS
from courtside.contracts.training_keys import PROFILE_NAME
from courtside.core.drift import Profile

ARTIFACT = f"{REFERENCE_ARTIFACTS}/{PROFILE_NAME}"
_ADDRESS = re.compile(r"models:/(?P<name>[^@/]+)(?:@(?P<alias>[^@/]+)|/(?P<version>\d+))")


class ModelAddressInvalid(BadInput):
    """A model's address does not have the registry's form."""

    def __init__(self, address: str) -> None:
        self.address = address
        super().__init__(f"{address!r} names no model: write models:/name@alias or models:/name/version")


class ModelUnknown(BadInput):
    """The registry holds no such version."""

    def __init__(self, address: str) -> None:
        self.address = address
        super().__init__(
            f"the registry holds no {address}; `courtside versions list --model MODEL` shows what it holds of a model"
        )


class ReferenceNotLogged(BadInput):
    """A version's run has no drift reference."""

    def __init__(self, address: str, run_id: str) -> None:
        self.address = address
        self.run_id = run_id
        super().__init__(
            f"the run {run_id} of {address} has no artifact {ARTIFACT}: it was trained with --disable-drift or "
            "elsewhere; give the reference's files instead"
        )


def require_address(address: str) -> None:
    """Raise `ModelAddressInvalid` unless an address has the registry's form."""
    if _ADDRESS.fullmatch(address) is None:
        raise ModelAddressInvalid(address)


def registered_profile(address: str, *, tracking_uri: str) -> Profile:
    """Return the profile of ``models:/name@alias`` or ``models:/name/version``.

    Raises `ModelAddressInvalid`, `ModelUnknown`, `ReferenceNotLogged`, `ProfileCorrupt`, and what `require_server`
    raises.
    """
    require_address(address)
    require_server(tracking_uri)
    tracking_uri = usable_address(tracking_uri)
    run_id = _run_of(address, tracking_uri)
    with tempfile.TemporaryDirectory() as folder, reaching(tracking_uri):
        try:
            path = mlflow.artifacts.download_artifacts(
                run_id=run_id, artifact_path=ARTIFACT, dst_path=folder, tracking_uri=tracking_uri
            )
        except (MlflowException, ClientError, OSError) as error:
            if "API request to" in str(error):
                raise
            raise ReferenceNotLogged(address, run_id) from error
        return Profile.from_bytes(Path(path).read_bytes())


def _run_of(address: str, tracking_uri: str) -> str:
    named = _ADDRESS.fullmatch(address)
    assert named is not None
    client = connect(tracking_uri)
    try:
        with reaching(tracking_uri):
            if named["alias"]:
                return str(client.get_model_version_by_alias(named["name"], named["alias"]).run_id)
            return str(client.get_model_version(named["name"], named["version"]).run_id)
    except MlflowException as error:
        if is_missing(error):
            raise ModelUnknown(address) from error
        raise
