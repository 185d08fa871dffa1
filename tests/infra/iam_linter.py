"""This module loads parliament, a linter that knows which resources and conditions every IAM action takes."""

import json
import sys
from collections.abc import Mapping
from importlib import resources
from types import ModuleType
from typing import Any
from unittest import mock


def _imported() -> ModuleType:
    """Import parliament with a stand-in for `pkg_resources`, which no setuptools without a known vulnerability still
    has.
    """
    paths = ModuleType("pkg_resources")
    paths.__dict__["resource_filename"] = lambda package, name: str(resources.files(package) / name)
    with mock.patch.dict(sys.modules, {"pkg_resources": paths}):
        import parliament
    return parliament


_PARLIAMENT = _imported()


def found_in(document: Mapping[str, Any]) -> list[str]:
    """Return the problems in a policy document; each one starts with its kind of finding."""
    # Parliament's pattern for numbers does not match decimals, and a TLS version is a decimal number.
    whole = json.loads(json.dumps(document), parse_float=lambda number: number.partition(".")[0])
    analyzed = _PARLIAMENT.analyze_policy_string(json.dumps(whole))
    return [f"{finding.issue}: {finding.detail}" for finding in analyzed.findings]
