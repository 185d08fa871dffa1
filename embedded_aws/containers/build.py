"""Builds the images of a cloud assembly, each by the command line that the CDK would build it with."""

import platform
from collections.abc import Callable, Iterable

from embedded_aws.assembly import ImageUpload
from embedded_aws.containers.bases import usable_bases
from embedded_aws.containers.engine import Engine


def reference(tag: str) -> str:
    """Return what the CDK calls the image of an asset on the machine that builds it."""
    return f"cdkasset-{tag.lower()}"


def build(images: Iterable[ImageUpload], engine: Engine, progress: Callable[[str], None]) -> None:
    """Build every image that is not here yet; raises `EngineFailed`."""
    for image in images:
        if not engine.has(reference(image.tag)):
            progress(f"Building the image {image.asset.name}")
            engine.build(image.asset.path, *arguments(image))


def arguments(image: ImageUpload) -> list[str]:
    """Return the words between `docker build` and the folder, in the CDK's order."""
    asset = image.asset
    given = [word for name, value in asset.build_args.items() for word in ("--build-arg", f"{name}={value}")]
    given += ["--tag", reference(image.tag)]
    for name, option in (("--target", asset.target), ("--file", asset.dockerfile), ("--platform", asset.platform)):
        given += [name, option] if option else []
    return given


def context_here(engine: Engine, progress: Callable[[str], None]) -> dict[str, str]:
    """Return the synthesis context of images that this machine can build and run: its processor, bases it can get.

    Raises `NoBaseImage` or `EngineFailed`.
    """
    processor = "arm64" if platform.machine() in {"arm64", "aarch64"} else "x86_64"
    return {"architecture": processor, **usable_bases(engine, progress)}
