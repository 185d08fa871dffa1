"""The three images have their Dockerfiles, their bases, and an allow-list of what each build may see.

Everything not listed is invisible to the build, so neither tests nor docs nor a laptop's virtual environment change
an image's hash.
"""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_ecr_assets as ecr_assets
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from courtside.contracts.own_candidates import BUILD_ARGUMENT, WHEELS
from infra.stage import StageSettings

ROOT = Path(__file__).resolve().parent.parent
COMMIT = "commit"
"""The app gives the checkout's commit under this context key."""

_BUILD = ("images/trim.py", "images/uv.txt")
_PROJECT = ("pyproject.toml", "uv.lock", "README.md", "LICENSE", *_BUILD)
_RUNTIME = ("python", "-m", "awslambdaric")
_AUTHORITIES = "images/rds-ca.pem"
# These functions open models, so they run from the training's image, which has the models' libraries.
OPENING_MODELS = ("predict",)
_OPENING_MODELS = tuple(f"lambdas/{verb}" for verb in OPENING_MODELS)
# Nothing inside an image uses the console or the functions for notebooks.
_LIBRARY = ("courtside", "!courtside/cli", "!courtside/api")
# Only the function that builds pages needs prices; a new one changes no training's image.
_NO_PRICES = ("!courtside/prices", "!courtside/core/costs")
_CONTEXTS = {
    "lambdas": (*_PROJECT, *_LIBRARY, "lambdas", *(f"!{folder}" for folder in _OPENING_MODELS)),
    "training_image": (
        *_PROJECT,
        *_LIBRARY,
        *_NO_PRICES,
        _AUTHORITIES,
        WHEELS,
        "training_image",
        "lambdas/__init__.py",
        *_OPENING_MODELS,
    ),
    "mlflow_image": ("pyproject.toml", "uv.lock", *_BUILD, _AUTHORITIES, "mlflow_image"),
}


def function_code(scope: Construct, *, verb: str, settings: StageSettings) -> lambda_.DockerImageCode:
    """Return the image of a function, started with its handler.

    AWS's own base starts the runtime's client by itself; another image is told to.
    """
    opens_models = verb in OPENING_MODELS
    return lambda_.DockerImageCode.from_image_asset(
        str(ROOT),
        entrypoint=[*_RUNTIME] if opens_models else None,
        cmd=[f"lambdas.{verb}.handler.handler"],
        **_build(scope, "training_image" if opens_models else "lambdas", settings),
    )


def container_image(scope: Construct, image: str, settings: StageSettings) -> ecs.ContainerImage:
    """Return the image of a task: `training_image` or `mlflow_image`."""
    return ecs.ContainerImage.from_asset(str(ROOT), **_build(scope, image, settings))


def _build(scope: Construct, image: str, settings: StageSettings) -> dict[str, Any]:
    bases = {"lambdas": ("LAMBDA_BASE", settings.lambda_base)}
    argument, reference = bases.get(image, ("PYTHON_BASE", settings.python_base))
    packages = ",".join(settings.training_packages) if image == "training_image" else ""
    return {
        "file": f"{image}/Dockerfile",
        "exclude": _excludes(image),
        "ignore_mode": cdk.IgnoreMode.DOCKER,
        "platform": _platform(settings.architecture),
        "build_args": {
            argument: reference,
            **({BUILD_ARGUMENT: packages} if packages else {}),
            "VERSION": _version(ROOT),
            "REVISION": str(scope.node.try_get_context(COMMIT) or "unknown"),
        },
        # Another base or package makes another image; another commit with the same sources does not.
        "extra_hash": f"{reference} {packages}".rstrip(),
        "invalidation": ecr_assets.DockerImageAssetInvalidationOptions(build_args=False),
    }


def _excludes(image: str) -> list[str]:
    kept = [f"!{path}" if not path.startswith("!") else path[1:] for path in _CONTEXTS[image]]
    return ["*", *kept, "**/__pycache__", "**/*.pyc"]


@cache
def _version(root: Path) -> str:
    return str(tomllib.loads((root / "pyproject.toml").read_text())["project"]["version"])


def _platform(architecture: str) -> ecr_assets.Platform:
    return ecr_assets.Platform.LINUX_ARM64 if architecture == "arm64" else ecr_assets.Platform.LINUX_AMD64


def runtime_platform(architecture: str) -> ecs.RuntimePlatform:
    """Return the task platform that matches the image's (a mismatch is an `exec format error` at start)."""
    arm = architecture == "arm64"
    return ecs.RuntimePlatform(
        cpu_architecture=ecs.CpuArchitecture.ARM64 if arm else ecs.CpuArchitecture.X86_64,
        operating_system_family=ecs.OperatingSystemFamily.LINUX,
    )


def lambda_architecture(architecture: str) -> lambda_.Architecture:
    """Return the function architecture that matches the image's."""
    return lambda_.Architecture.ARM_64 if architecture == "arm64" else lambda_.Architecture.X86_64
