"""The three images: which Dockerfile, and the allow-list of what its build may see.

Everything not listed is invisible to the build, so neither tests nor docs nor a laptop's virtual environment
change an image's hash.
"""

from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_ecr_assets as ecr_assets
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_lambda as lambda_

ROOT = Path(__file__).resolve().parent.parent

_PROJECT = ("pyproject.toml", "uv.lock", "README.md", "LICENSE")
# The console, the embedded AWS and the prices never run inside an image.
_LIBRARY = ("courtside", "!courtside/cli", "!courtside/local", "!courtside/costs", "!courtside/core/costs")
_CONTEXTS = {
    "lambdas": (*_PROJECT, *_LIBRARY, "lambdas"),
    "training_image": (*_PROJECT, *_LIBRARY, "training_image"),
    "mlflow_image": ("pyproject.toml", "uv.lock", "mlflow_image"),
}


def _excludes(image: str) -> list[str]:
    kept = [f"!{path}" if not path.startswith("!") else path[1:] for path in _CONTEXTS[image]]
    return ["*", *kept, "**/__pycache__", "**/*.pyc"]


def lambda_code(*, command: str, architecture: str) -> lambda_.DockerImageCode:
    """Return the one function image, started with the given handler."""
    return lambda_.DockerImageCode.from_image_asset(
        str(ROOT),
        file="lambdas/Dockerfile",
        cmd=[command],
        exclude=_excludes("lambdas"),
        ignore_mode=cdk.IgnoreMode.DOCKER,
        platform=_platform(architecture),
    )


def container_image(image: str, *, architecture: str) -> ecs.ContainerImage:
    """Return the image of a task: `training_image` or `mlflow_image`."""
    return ecs.ContainerImage.from_asset(
        str(ROOT),
        file=f"{image}/Dockerfile",
        exclude=_excludes(image),
        ignore_mode=cdk.IgnoreMode.DOCKER,
        platform=_platform(architecture),
    )


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
