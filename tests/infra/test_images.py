"""These tests check what the image builds see and what the images start."""

import json
import re
import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from packaging.requirements import Requirement

from courtside.contracts.environment import TrainEnv
from courtside.contracts.own_candidates import published
from infra import assets
from infra.constructs.training_task import TRAINING_CONTAINER
from infra.settings import settings_for
from tests.infra.conftest import synthesize
from tests.infra.synthesized import ROOT, SynthesizedStage

PROJECT = {"pyproject.toml", "uv.lock", "images"}
CONTEXTS = {
    "lambdas": PROJECT | {"README.md", "LICENSE", "courtside", "lambdas"},
    "training_image": PROJECT | {"README.md", "LICENSE", "courtside", "training_image", "lambdas"},
    "mlflow_image": PROJECT | {"mlflow_image"},
}
ENTRYPOINTS = {
    "training_image": ["python", "-m", "training_image"],
    "mlflow_image": ["python", "-m", "mlflow_image"],
}
BASES: dict[str, str] = json.loads((ROOT / "images" / "bases.json").read_text())
ARCHITECTURES = [("arm64", "linux/arm64", "ARM64"), ("x86_64", "linux/amd64", "X86_64")]


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
    assert not [path for path in seen if path.startswith(("courtside/cli", "courtside/api"))]
    # A training costs nothing by itself, and no new price builds its image again.
    priced = {"courtside/prices/prices.yaml", "courtside/core/costs/estimate.py"}
    assert priced & seen == (priced if image == "lambdas" else set())
    # A function's handler is in the one image that it runs from.
    handlers = {path.split("/")[1] for path in seen if path.startswith("lambdas/") and path.endswith("/handler.py")}
    assert {verb in assets.OPENING_MODELS for verb in handlers} <= {image == "training_image"}
    # Only the tasks log in to the database.
    authorities = set() if image == "lambdas" else {"images/rds-ca.pem"}
    packages = {"images/packages", "images/packages/README.md"} if image == "training_image" else set()
    builds = {"images/trim.py", "images/uv.txt"}
    assert {path for path in seen if path.startswith("images/")} == builds | authorities | packages


@pytest.mark.parametrize("image", CONTEXTS)
def test_everything_a_dockerfile_copies_is_in_its_context(dev: SynthesizedStage, image: str) -> None:
    context = _contexts(dev)[image]
    copies = [copy.split() for copy in _instructions(image, "COPY") if not copy.startswith("--from")]
    assert copies
    for *sources, _ in copies:
        assert [source for source in sources if not (context / source).exists()] == []


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of everything that images are built from, which a test may change."""
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
def test_every_stage_is_built_on_the_base_that_the_settings_name(image: str) -> None:
    (argument,) = [given for given in _instructions(image, "ARG") if "_BASE=" in given]
    name, default = argument.split("=", 1)
    assert default.startswith(BASES[name.lower()].partition("@")[0])
    assert re.fullmatch(r"public\.ecr\.aws/[\w/-]+:[\d.]+[\w.-]*", default)
    assert {base.split()[0] for base in _instructions(image, "FROM")} == {f"${{{name}}}"}


@pytest.mark.parametrize("image", CONTEXTS)
def test_what_is_installed_is_locked_with_its_hashes(image: str) -> None:
    runs = _instructions(image, "RUN")
    assert all("--frozen" in run for run in runs if "uv sync" in run)
    own = [run for run in runs if "${TRAINING_PACKAGES}" in run]
    for run in own:  # the setting pins each, and nothing that is locked may change
        assert "uv pip install --python .venv --no-deps --constraints /tmp/locked.txt" in run
        assert run.index("uv pip freeze") < run.index("uv pip install") < run.index("uv pip check")
    assert len(own) == (image == "training_image")
    ours = [run for run in runs if "uv pip install" in run and run not in own]
    assert all("--no-deps --offline" in run for run in ours), "the package itself must add nothing unlocked"
    assert all("--require-hashes" in run for run in runs if "pip install" in run and run not in [*ours, *own])
    assert any("uv sync" in run for run in runs)
    installer = (ROOT / "images" / "uv.txt").read_text()
    assert re.search(r"^uv==\d+\.\d+\.\d+ \\$", installer, flags=re.MULTILINE)
    assert installer.count("--hash=sha256:") > 10


def test_the_package_is_built_by_the_installer_itself() -> None:
    """pip builds the package with a backend that is already there; any other would be downloaded, unlocked, during a
    build.
    """
    system = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]
    installer = (ROOT / "images" / "uv.txt").read_text()
    version = re.search(r"^uv==([\d.]+)", installer, flags=re.MULTILINE)
    assert version is not None
    (backend,) = (Requirement(text) for text in system["requires"])
    assert (backend.name, system["build-backend"]) == ("uv_build", "uv_build")
    assert backend.specifier.contains(version[1])
    assert backend.specifier.contains("0.13.6"), "the range must include a version that slow registries have"


def _built(stage: SynthesizedStage) -> dict[str, dict[str, Any]]:
    """Return how each image is built, as the asset manifests state it."""
    found = {}
    for manifest in stage.assembly.glob("*.assets.json"):
        for image in json.loads(manifest.read_text()).get("dockerImages", {}).values():
            found[image["source"]["dockerFile"].split("/")[0]] = image["source"]
    return found


@pytest.mark.parametrize(("architecture", "platform", "cpu"), ARCHITECTURES)
def test_images_and_what_runs_them_are_for_the_same_processor(
    tmp_path: Path, architecture: str, platform: str, cpu: str
) -> None:
    stage = synthesize(settings_for("dev", architecture=architecture), tmp_path)
    assert {source["platform"] for source in _built(stage).values()} == {platform}
    tasks = stage.of_type("AWS::ECS::TaskDefinition").values()
    assert {task["RuntimePlatform"]["CpuArchitecture"] for task in tasks} == {cpu}
    functions = [each for each in stage.of_type("AWS::Lambda::Function").values() if each.get("PackageType") == "Image"]
    assert {tuple(function["Architectures"]) for function in functions} == {(architecture,)}


def test_another_base_makes_another_image_and_another_commit_does_not(tmp_path: Path) -> None:
    before, mirrored, later = (
        synthesize(settings_for("dev", **instead), tmp_path / name, commit=commit)
        for name, instead, commit in (
            ("before", {}, "a"), ("mirrored", {"python_base": "mirror.example/python:3.13"}, "a"), ("later", {}, "b")
        )
    )  # fmt: skip
    labels = {image: source["dockerBuildArgs"] for image, source in _built(later).items()}
    assert {arguments["REVISION"] for arguments in labels.values()} == {"b"}
    assert labels["lambdas"]["LAMBDA_BASE"] == BASES["lambda_base"]
    assert labels["mlflow_image"]["PYTHON_BASE"] == BASES["python_base"]
    assert _tags(later) == _tags(before)
    changed = {image for image, tag in _tags(mirrored).items() if tag != _tags(before)[image]}
    assert changed == {"training_image", "mlflow_image"}


def test_own_packages_make_another_training_image_and_are_told_to_who_asks(tmp_path: Path) -> None:
    packages = ("churn-models==1.2.0", "catboost==1.2.7")
    before, after, later = (
        synthesize(settings_for("dev").model_copy(update={"training_packages": own}), tmp_path / name)
        for name, own in (("before", ()), ("after", packages), ("later", ("churn-models==1.2.1", "catboost==1.2.7")))
    )
    arguments = {image: source["dockerBuildArgs"].get("TRAINING_PACKAGES") for image, source in _built(after).items()}
    assert arguments == {"lambdas": None, "training_image": ",".join(packages), "mlflow_image": None}
    tags = [_tags(each) for each in (before, after, later)]
    assert len({each["training_image"] for each in tags}) == 3
    assert len({(each["lambdas"], each["mlflow_image"]) for each in tags}) == 1
    (template,) = [each for each in after.templates.values() if "TrainingPackages" in each.get("Outputs", {})]
    assert json.loads(template["Outputs"]["TrainingPackages"]["Value"]) == list(packages)
    (environment,) = [
        {each["Name"]: each["Value"] for each in container["Environment"]}
        for task in after.of_type("AWS::ECS::TaskDefinition").values()
        for container in task["ContainerDefinitions"]
        if container["Name"] == TRAINING_CONTAINER
    ]
    told = {**environment, "COURTSIDE_LAKE_BUCKET": "lake", "MLFLOW_TRACKING_URI": "uri"}
    assert TrainEnv.read(told).training_packages == published(packages)


def _tags(stage: SynthesizedStage) -> dict[str, str]:
    return {image: source["directory"].removeprefix("asset.") for image, source in _built(stage).items()}


@pytest.mark.parametrize("image", CONTEXTS)
def test_an_image_states_what_it_was_built_from(image: str) -> None:
    (labels,) = _instructions(image, "LABEL")
    assert 'org.opencontainers.image.version="${VERSION}"' in labels
    assert 'org.opencontainers.image.revision="${REVISION}"' in labels


def test_a_tasks_container_writes_only_to_tmp(stage: SynthesizedStage) -> None:
    tasks = stage.of_type("AWS::ECS::TaskDefinition").values()
    containers = [(task, container) for task in tasks for container in task["ContainerDefinitions"]]
    assert len(containers) >= 5
    for task, container in containers:
        assert container["ReadonlyRootFilesystem"] is True
        (mount,) = container["MountPoints"]
        assert (mount["ContainerPath"], mount["ReadOnly"]) == ("/tmp", False)  # noqa: S108 — the container's
        assert [volume["Name"] for volume in task["Volumes"]] == [mount["SourceVolume"]]


@pytest.mark.parametrize("image", ["training_image", "mlflow_image"])
def test_every_user_may_write_to_tmp(image: str) -> None:
    """Every user may write to /tmp, because ECS copies a folder's owner and mode only if the image declares it as a
    volume.
    """
    assert _instructions(image, "VOLUME") == ['["/tmp"]']
    assert "HOME=/tmp" in " ".join(_instructions(image, "ENV"))


@pytest.mark.parametrize("image", ["training_image", "mlflow_image"])
def test_whoever_logs_in_to_the_database_verifies_that_it_is_the_database(image: str) -> None:
    environment = " ".join(_instructions(image, "ENV"))
    assert "PGSSLMODE=verify-full" in environment
    assert "PGSSLROOTCERT=/app/images/rds-ca.pem" in environment
    assert "images/rds-ca.pem images/" in _instructions(image, "COPY")
    assert _instructions(image, "WORKDIR")[-1] == "/app"


def test_the_certificates_are_long_lived_roots_of_rds_only() -> None:
    found = x509.load_pem_x509_certificates((ROOT / "images/rds-ca.pem").read_bytes())
    names = [str(each.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)[0].value) for each in found]
    assert len(set(names)) == len(names) > 70
    assert all(
        re.fullmatch(r"Amazon RDS [a-z]{2}-[a-z]+-\d Root CA (RSA2048|RSA4096|ECC384) G1", name) for name in names
    )
    for each in found:
        each.verify_directly_issued_by(each)
        assert each.not_valid_after_utc.year > 2060


@pytest.mark.parametrize("image", ["training_image", "mlflow_image"])
def test_containers_do_not_run_as_root(image: str) -> None:
    assert len(_instructions(image, "USER")) == 1
    assert _instructions(image, "USER") != ["root"]


def test_mlflow_serves_no_artifacts_and_reads_its_address_from_the_environment() -> None:
    (command,) = _instructions("mlflow_image", "CMD")
    assert json.loads(command) == ["server", "--no-serve-artifacts"]
    environment = " ".join(_instructions("mlflow_image", "ENV"))
    for setting in (
        "MLFLOW_HOST=0.0.0.0",
        "MLFLOW_WORKERS=1",
        "MLFLOW_BACKEND_STORE_URI=postgresql+psycopg2://",
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION=false",
        "MLFLOW_DISABLE_TELEMETRY=true",
        "PGSSLMODE=verify-full",
    ):
        assert setting in environment
