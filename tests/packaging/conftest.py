"""These fixtures build wheel and sdist as for publishing and install them into environments with plain pip."""

import os
import subprocess
import venv
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Distributions:
    """The two built files."""

    wheel: Path
    sdist: Path


@dataclass(frozen=True)
class Installation:
    """A fresh environment; what runs in it sees nothing of the checkout."""

    environment: Path
    folder: Path

    def run(self, *command: str) -> "subprocess.CompletedProcess[str]":
        """Run a program of the environment in an empty folder, without the machine's credentials."""
        settings = {
            name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTHON", "MLFLOW_"))
        }
        return subprocess.run(
            [str(self.environment / "bin" / command[0]), *command[1:]],
            cwd=self.folder, env=settings | {"AWS_EC2_METADATA_DISABLED": "true", "COLUMNS": "200"},
            capture_output=True, text=True, timeout=600, check=False,
        )  # fmt: skip

    def does(self, *command: str) -> str:
        """Run a program that must succeed, and return what it printed on stdout."""
        done = self.run(*command)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="session")
def uv() -> str:
    found = subprocess.run([str(ROOT / "scripts" / "find-uv")], capture_output=True, text=True, check=True)
    return found.stdout.strip()


@pytest.fixture(scope="session")
def built(uv: str, tmp_path_factory: pytest.TempPathFactory) -> Distributions:
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run([uv, "build", "--quiet", "--out-dir", str(folder)], cwd=ROOT, check=True, timeout=300)
    (wheel,), (sdist,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    return Distributions(wheel, sdist)


def install(requirement: str, folder: Path) -> Installation:
    """Make an environment and install a package into it with its own pip."""
    environment, empty = folder / "venv", folder / "empty"
    empty.mkdir()
    venv.create(environment, with_pip=True, symlinks=True)
    done = subprocess.run(
        [str(environment / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check", requirement],
        capture_output=True, text=True, timeout=900, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return Installation(environment, empty)


@pytest.fixture(scope="module")
def plain(built: Distributions, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """Install from the sdist, for which pip downloads the build backend as it does for any user."""
    return install(str(built.sdist), tmp_path_factory.mktemp("plain"))


@pytest.fixture(scope="module")
def with_aws(built: Distributions, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    return install(f"{built.wheel}[aws]", tmp_path_factory.mktemp("aws"))


@pytest.fixture(scope="module")
def with_train(built: Distributions, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    return install(f"{built.wheel}[train]", tmp_path_factory.mktemp("train"))
