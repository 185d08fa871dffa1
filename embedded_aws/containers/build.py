"""Build the images of a cloud assembly, each with the command line that the CDK would use."""

import platform
from collections.abc import Callable, Iterable

from embedded_aws.assembly import ImageUpload
from embedded_aws.containers.bases import usable_bases
from embedded_aws.containers.engine import Engine


def reference(tag: str) -> str:
    """Return the name that the CDK gives to the image of an asset on the machine that builds it."""
    return f"cdkasset-{tag.lower()}"


def build(images: Iterable[ImageUpload], engine: Engine, progress: Callable[[str], None]) -> None:
    """Build every image that does not exist here yet; raises `EngineFailed`."""
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
    """Return a synthesis context for images that this machine can build and run: its processor and available bases.

    Raises `NoBaseImage` or `EngineFailed`.
    """
    processor = "arm64" if platform.machine() in {"arm64", "aarch64"} else "x86_64"
    return {"architecture": processor, **usable_bases(engine, progress)}
