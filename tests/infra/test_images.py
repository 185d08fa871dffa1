"""What the image builds see, and what the images start."""

import json
import re
import shutil
from pathlib import Path

import pytest

from infra import assets
from infra.settings import settings_for
from tests.infra.conftest import synthesize
from tests.infra.synthesized import ROOT, SynthesizedStage

PROJECT = {"pyproject.toml", "uv.lock"}
CONTEXTS = {
    "lambdas": PROJECT | {"README.md", "LICENSE", "courtside", "lambdas"},
    "training_image": PROJECT | {"README.md", "LICENSE", "courtside", "training_image"},
    "mlflow_image": PROJECT | {"mlflow_image"},
}
ENTRYPOINTS = {
    "training_image": ["python", "-m", "training_image"],
    "mlflow_image": ["python", "-m", "mlflow_image"],
}


def _contexts(stage: SynthesizedStage) -> dict[str, Path]:
    """Return the staged build context of each image."""
    found = {}
    for manifest in stage.assembly.glob("*.assets.json"):
        for image in json.loads(manifest.read_text()).get("dockerImages", {}).values():
            found[image["source"]["dockerFile"].split("/")[0]] = stage.assembly / image["source"]["directory"]
    return found


def _instructions(image: str, keyword: str) -> list[str]:
    dockerfile = (ROOT / image / "Dockerfile").read_text().replace("\\\n", " ")
    return re.findall(rf"^{keyword}\s+(.+)$", dockerfile, flags=re.MULTILINE)


@pytest.mark.parametrize("image", CONTEXTS)
def test_a_build_sees_its_allow_list_and_nothing_else(dev: SynthesizedStage, image: str) -> None:
    context = _contexts(dev)[image]
    assert {path.name for path in context.iterdir()} == CONTEXTS[image]
    seen = {str(path.relative_to(context)) for path in context.rglob("*")}
    assert not [path for path in seen if "__pycache__" in path or path.endswith(".pyc")]
    assert not [path for path in seen if path.startswith(("courtside/cli", "courtside/local", "courtside/costs"))]


@pytest.mark.parametrize("image", CONTEXTS)
def test_everything_a_dockerfile_copies_is_in_its_context(dev: SynthesizedStage, image: str) -> None:
    context = _contexts(dev)[image]
    copies = [copy.split() for copy in _instructions(image, "COPY") if not copy.startswith("--from")]
    assert copies
    for *sources, _ in copies:
        assert [source for source in sources if not (context / source).exists()] == []


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of everything images are built from, which a test may change."""
    copy = tmp_path / "project"
    for name in set().union(*CONTEXTS.values()):
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            copy.mkdir(exist_ok=True)
            shutil.copy(source, copy / name)
    monkeypatch.setattr(assets, "ROOT", copy)
    return copy


def _hashes(outdir: Path) -> dict[str, str]:
    stage = synthesize(settings_for("dev"), outdir)
    return {image: path.name for image, path in _contexts(stage).items()}


def test_an_image_changes_with_its_sources_and_with_nothing_else(project: Path, tmp_path: Path) -> None:
    before = _hashes(tmp_path / "before")
    for stray in ("tests/test_new.py", "docs/new.md", ".venv/x.py", "courtside/core/__pycache__/x.pyc", "infra/new.py"):
        (project / stray).parent.mkdir(parents=True, exist_ok=True)
        (project / stray).write_text("not part of any image")
    assert _hashes(tmp_path / "strays") == before
    (project / "lambdas" / "gate" / "handler.py").write_text("# changed")
    changed = _hashes(tmp_path / "changed")
    assert {image for image in changed if changed[image] != before[image]} == {"lambdas"}


@pytest.mark.parametrize("image", ENTRYPOINTS)
def test_entry_points_are_in_exec_form(image: str) -> None:
    (entrypoint,) = _instructions(image, "ENTRYPOINT")
    assert json.loads(entrypoint) == ENTRYPOINTS[image]


@pytest.mark.parametrize("image", ENTRYPOINTS)
def test_the_entry_points_exist(dev: SynthesizedStage, image: str) -> None:
    assert (_contexts(dev)[image] / image / "__main__.py").is_file()


@pytest.mark.parametrize("image", CONTEXTS)
def test_base_images_and_the_installer_are_pinned(image: str) -> None:
    bases = [base.split()[0] for base in _instructions(image, "FROM")]
    assert all(re.fullmatch(r"public\.ecr\.aws/[\w/-]+:[\d.]+[\w.-]*", base) for base in bases)
    assert all("--frozen" in run for run in _instructions(image, "RUN") if "uv sync" in run or "uv export" in run)
    assert re.search(r"uv==\d+\.\d+\.\d+", (ROOT / image / "Dockerfile").read_text())


@pytest.mark.parametrize("image", ["training_image", "mlflow_image"])
def test_containers_do_not_run_as_root(image: str) -> None:
    assert len(_instructions(image, "USER")) == 1
    assert _instructions(image, "USER") != ["root"]


def test_mlflow_serves_no_artifacts_and_takes_its_address_from_the_environment() -> None:
    (command,) = _instructions("mlflow_image", "CMD")
    assert json.loads(command) == ["server", "--no-serve-artifacts"]
    environment = " ".join(_instructions("mlflow_image", "ENV"))
    for setting in (
        "MLFLOW_HOST=0.0.0.0",
        "MLFLOW_WORKERS=1",
        "MLFLOW_BACKEND_STORE_URI=postgresql+psycopg2://",
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION=false",
        "MLFLOW_DISABLE_TELEMETRY=true",
        "PGSSLMODE=require",
    ):
        assert setting in environment
