"""The images hold what they need and nothing that they must not hold."""

import json

import pytest

from embedded_aws.containers.engine import Engine
from tests.images.figures import Figures

LIMIT_MB = {"lambdas": 460, "training_image": 850, "mlflow_image": 560}
# These programs compile or download, and would keep what they downloaded.
TOOLS = ("uv", "gcc", "cc", "make", "git", "curl", "wget")
LOOK = """
import json, pathlib, shutil, sys, sysconfig
stdlib = pathlib.Path(sysconfig.get_path("stdlib"))
folders = (stdlib, *map(pathlib.Path, sys.argv[1:]))
unused = {"ensurepip", "idlelib", "lib2to3", "site-packages", "test", "tests", "tkinter", "turtledemo"}
places = ("/root/.cache", "/var/lib/apt/lists", "/build", "/run/secrets")

def is_compiled(path):
    return (path.parent / "__pycache__" / f"{path.stem}.{sys.implementation.cache_tag}.pyc").is_file()

def bare(folder):
    return [p for p in folder.rglob("*.py") if not unused & set(p.relative_to(folder).parts) and not is_compiled(p)]

def filled(place):
    return [str(p) for p in pathlib.Path(place).rglob("*") if p.is_file() and p.stat().st_size]

print(json.dumps({
    "tools": [name for name in %r if shutil.which(name)],
    "left": [path for place in places for path in filled(place)],
    "uncompiled": [len(bare(folder)) for folder in folders],
    "compiled": [sum(1 for _ in folder.rglob("*.pyc")) for folder in folders],
    "pip": shutil.which("pip"),
}))
"""
PACKAGES = {"lambdas": "/var/task", "training_image": "/app/.venv", "mlflow_image": "/app/.venv"}


@pytest.mark.parametrize("image", LIMIT_MB)
def test_an_image_keeps_its_size_limit(image: str, images: dict[str, str], engine: Engine, figures: Figures) -> None:
    figures.note(f"{image}: size", engine.inspect("image", images[image])["Size"] / 1e6, "MB", limit=LIMIT_MB[image])


@pytest.mark.parametrize("image", LIMIT_MB)
def test_an_image_holds_bytecode_and_neither_tools_nor_caches(
    image: str, images: dict[str, str], engine: Engine
) -> None:
    found = json.loads(engine.output(images[image], "python", "-c", LOOK % (TOOLS,), PACKAGES[image]))
    assert found["tools"] == []
    assert found["left"] == []
    assert all(compiled > 400 for compiled in found["compiled"])
    assert found["uncompiled"][0] == 0
    # A few files of packages are templates, which Python cannot compile.
    assert found["uncompiled"][1] < 60
    assert (found["pip"] is None) == (image != "lambdas"), "only the functions' base image brings its own pip"


@pytest.mark.parametrize("image", LIMIT_MB)
def test_an_image_has_labels_for_its_version_revision_and_licence(
    image: str, images: dict[str, str], engine: Engine
) -> None:
    labels = engine.inspect("image", images[image])["Config"]["Labels"]
    assert labels["org.opencontainers.image.version"] == "0.1.0"
    assert labels["org.opencontainers.image.revision"] not in {"", "unknown"}
    assert labels["org.opencontainers.image.licenses"] == "MIT"


@pytest.mark.parametrize("image", ["training_image", "mlflow_image"])
def test_a_task_runs_as_an_unprivileged_user(image: str, images: dict[str, str], engine: Engine) -> None:
    assert engine.inspect("image", images[image])["Config"]["User"] == "10001"
