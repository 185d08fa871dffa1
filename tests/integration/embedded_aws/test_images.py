"""A Dockerfile determines what a container starts and how it is started on this machine."""

import sys
from pathlib import Path

import pytest

from courtside.contracts.own_candidates import BUILD_ARGUMENT
from embedded_aws.environments import command_here, process_environment
from embedded_aws.errors import DockerfileInvalid, ImageUnknown
from embedded_aws.images import Image, ImageAsset, ImageRegistry, read_image
from embedded_aws.keys import new_keys
from embedded_aws.settings import EmulatorSettings

BUILD_AND_RUN = """\
FROM python:3.12 AS build
ENV STAGE=build
CMD ["build"]
FROM --platform=linux/arm64 python:3.12-slim AS base
ENV HOME_DIR=/app \\
    KEY="two words"
ENV NEXT=${KEY}-next
ENTRYPOINT ["python", "-m"]
FROM base AS run
ENV PATH=/opt/bin:$PATH
CMD ["training_image.train", "--fast"]
"""


def _image(folder: Path, text: str, target: str | None = None) -> Image:
    (folder / "Dockerfile").write_text(text)
    return read_image(ImageAsset(str(folder), target=target))


def test_the_last_stage_inherits_from_the_stage_it_is_built_on(tmp_path: Path) -> None:
    image = _image(tmp_path, BUILD_AND_RUN)
    assert image.entrypoint == ("python", "-m")
    assert image.command == ("training_image.train", "--fast")
    assert image.environment == {"HOME_DIR": "/app", "KEY": "two words", "NEXT": "two words-next"}


def test_a_named_stage_is_the_one_that_runs(tmp_path: Path) -> None:
    image = _image(tmp_path, BUILD_AND_RUN, target="build")
    assert (image.entrypoint, image.command, image.environment) == ((), ("build",), {"STAGE": "build"})


def test_the_shell_form_runs_in_a_shell_and_an_entry_point_drops_the_inherited_command(tmp_path: Path) -> None:
    image = _image(tmp_path, 'FROM a AS x\nCMD ["old"]\nFROM x\nENTRYPOINT exec mlflow server\n')
    assert image.entrypoint == ("sh", "-c", "exec mlflow server")
    assert image.command == ()


def test_the_wheels_that_a_build_would_install_are_imported_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM a")
    given = {BUILD_ARGUMENT: "images/packages/own-1.0-py3-none-any.whl,tabulate==0.9.0"}
    image = read_image(ImageAsset(str(tmp_path), build_args=given))
    assert image.python_path == f"{tmp_path}:{tmp_path}/images/packages/own-1.0-py3-none-any.whl"
    assert _image(tmp_path, "FROM a").python_path == str(tmp_path)


@pytest.mark.parametrize(
    ("text", "target", "reason"),
    [("", None, "no FROM"), ("FROM a\n", "other", "no stage 'other'"), (None, None, "does not exist")],
)
def test_a_dockerfile_that_cannot_be_run_is_refused(
    tmp_path: Path, text: str | None, target: str | None, reason: str
) -> None:
    if text is not None:
        (tmp_path / "Dockerfile").write_text(text)
    with pytest.raises(DockerfileInvalid, match=reason):
        read_image(ImageAsset(str(tmp_path), target=target))


def test_an_image_is_found_by_its_tag_whatever_its_registry(tmp_path: Path) -> None:
    registry = ImageRegistry(tmp_path / "images.json")
    (tmp_path / "Dockerfile").write_text('FROM a\nCMD ["x"]\n')
    registry.register("abc", ImageAsset(str(tmp_path)))
    registry.register("def", ImageAsset("/elsewhere"))
    assert registry.find("1.dkr.ecr.eu-west-1.amazonaws.com/assets:abc").command == ("x",)
    with pytest.raises(ImageUnknown, match="known tags: abc, def"):
        registry.find("localhost:5000/assets:zzz")
    with pytest.raises(ImageUnknown):
        registry.find("localhost:5000/assets")


@pytest.fixture
def settings(tmp_path: Path) -> EmulatorSettings:
    keys = new_keys()
    return EmulatorSettings(
        "cafe0000", tmp_path, "eu-west-1", port=4000, tracking_port=4001, server_port=4002, keys=keys
    )


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["/usr/local/bin/python3.12", "task.py", "--port", "5000"], [sys.executable, "task.py", "--port", "4002"]),
        (["python", "-m", "x", "--port=5000"], [sys.executable, "-m", "x", "--port=4002"]),
        (["python", "--host", "0.0.0.0", "-n", "5000"], [sys.executable, "--host", "127.0.0.1", "-n", "5000"]),  # noqa: S104
        (["not-installed-here", "-p", "5000"], ["not-installed-here", "-p", "4002"]),
    ],
)
def test_a_server_command_listens_on_loopback(
    settings: EmulatorSettings, words: list[str], expected: list[str]
) -> None:
    assert command_here(words, environment={"PATH": "/nowhere"}, settings=settings, ports=[5000]) == expected


def test_a_server_command_in_a_shell_listens_on_loopback(settings: EmulatorSettings) -> None:
    words = ["python", "-c", "exec mlflow server --host 0.0.0.0 --port 5000 -p 50001"]
    moved = command_here(words, environment={}, settings=settings, ports=[5000])
    assert moved[2] == "exec mlflow server --host 127.0.0.1 --port 4002 -p 50001"


def test_a_process_sees_its_definition_and_the_emulator_but_no_developer_settings(
    settings: EmulatorSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_PROFILE", "MLFLOW_TRACKING_TOKEN", "PGPASSWORD", "COURTSIDE_STATE_DIR", "PYTHONPATH"):
        monkeypatch.setenv(name, "mine")
    requested = {
        "A": "https://abc.execute-api.eu-west-1.amazonaws.com/, http://def.execute-api.localhost:4000",
        "AWS_ENDPOINT_URL": "http://host.docker.internal:4000",
        "ECS_CONTAINER_METADATA_URI_V4": "http://host.docker.internal:4000/v4/x",
    }
    seen = process_environment(requested, image=Image(tmp_path), settings=settings)
    assert seen["A"] == "http://127.0.0.1:4001, http://127.0.0.1:4001"
    assert seen["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4000"
    assert seen["ECS_CONTAINER_METADATA_URI_V4"] == "http://127.0.0.1:4000/v4/x"
    assert seen["AWS_REGION"] == "eu-west-1"
    assert seen["PYTHONPATH"] == str(tmp_path)
    assert "mine" not in seen.values()
    assert "MLFLOW_PORT" not in seen


def test_a_server_gets_its_address_and_accepts_loopback(settings: EmulatorSettings, tmp_path: Path) -> None:
    given = {"MLFLOW_HOST": "0.0.0.0", "MLFLOW_SERVER_ALLOWED_HOSTS": "mlflow.internal:5000"}  # noqa: S104
    seen = process_environment(given, image=Image(tmp_path), settings=settings, server=True)
    assert (seen["MLFLOW_HOST"], seen["MLFLOW_PORT"]) == ("127.0.0.1", "4002")
    allowed = seen["MLFLOW_SERVER_ALLOWED_HOSTS"].split(",")
    assert {"mlflow.internal:5000", "127.0.0.1:*", "localhost"} <= set(allowed)
