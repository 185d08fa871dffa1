"""Wheel and sdist hold the right files, and wheels alone meet their requirements."""

import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.packaging.conftest import ROOT, Distributions

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
EXTRAS = sorted(PROJECT["project"]["optional-dependencies"])


def test_wheel_and_sdist_pass_the_package_index_s_own_check(built: Distributions) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "twine", "check", "--strict", str(built.wheel), str(built.sdist)],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("PASSED") == 2


def test_the_wheel_holds_only_the_library_and_its_data(built: Distributions) -> None:
    with zipfile.ZipFile(built.wheel) as wheel:
        names = [name for name in wheel.namelist() if not name.endswith("/")]
    assert {name.split("/")[0] for name in names} == {
        "courtside",
        f"courtside-{PROJECT['project']['version']}.dist-info",
    }
    packaged = {name for name in names if not name.endswith(".py") and name.startswith("courtside/")}
    tracked = subprocess.run(["git", "ls-files", "courtside"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert packaged == {name for name in tracked.stdout.split() if not name.endswith(".py")}


def test_the_sdist_holds_what_a_build_needs(built: Distributions) -> None:
    with tarfile.open(built.sdist) as sdist:
        names = {Path(*Path(name).parts[1:]).as_posix() for name in sdist.getnames()}
    assert {"pyproject.toml", "README.md", "LICENSE", "courtside/__init__.py"} <= names
    assert not any(name.startswith(("tests", "infra", "lambdas", "embedded_aws")) for name in names)


def test_a_library_has_the_same_bounds_for_people_and_in_the_images() -> None:
    project, groups = PROJECT["project"], PROJECT["dependency-groups"]
    for_people = [
        *project["dependencies"],
        *(text for texts in project["optional-dependencies"].values() for text in texts),
    ]
    bounds = {(need.name, str(need.marker)): need.specifier for need in map(Requirement, for_people)}
    images = [
        Requirement(text)
        for name in ("process", "functions", "training")
        for text in groups[name]
        if isinstance(text, str)
    ]
    compared = [need for need in images if (need.name, str(need.marker)) in bounds]
    assert {"numpy", "boto3", "scikit-learn", "mlflow-skinny"} <= {need.name for need in compared}
    for need in compared:
        assert need.specifier == bounds[need.name, str(need.marker)], need.name


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13", "3.14"])
@pytest.mark.parametrize("extra", ["", *EXTRAS])
def test_wheels_meet_all_requirements_on_every_python(uv: str, tmp_path: Path, python: str, extra: str) -> None:
    """For every supported Python, wheels meet all requirements.

    The requirements are only resolved: nothing is installed or run on the Pythons that this machine does not have.
    """
    options = ["--only-binary", ":all:", "--python-version", python, "--python-platform", "x86_64-manylinux_2_28"]
    given = ["--extra", extra] if extra else []
    resolved = tmp_path / "resolved.txt"
    command = [uv, "pip", "compile", "--quiet", "--no-header", *options, *given, "--output-file", str(resolved)]
    done = subprocess.run(
        [*command, "pyproject.toml"],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "pyarrow==" in resolved.read_text()
