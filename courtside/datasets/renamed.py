"""A contract under another name, for a model that only exists in a replay."""

import yaml

_PLACES = ("registered_model", "experiment", "legacy_set")
"""The names that a model has elsewhere, which no two models of a stage may share."""


def renamed(contract: bytes, name: str) -> bytes:
    r"""Return the YAML of a contract that `parse_dataset` has read, with another name and no place outside its own.

    >>> renamed(b"name: churn\nexperiment: shop\ntarget: churned\n", "churn-both")
    b'name: churn-both\ntarget: churned\n'
    """
    said = yaml.safe_load(contract)
    kept = {key: value for key, value in said.items() if key not in _PLACES}
    return yaml.safe_dump(kept | {"name": name}, sort_keys=False, allow_unicode=True).encode()
