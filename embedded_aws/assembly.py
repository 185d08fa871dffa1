"""Read a cloud assembly: its stacks in deployment order, and the assets they need."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, Field, ValidationError

from embedded_aws.errors import AssemblyInvalid
from embedded_aws.images import ImageAsset

_Model = TypeVar("_Model", bound=BaseModel)


class _Artifact(BaseModel):
    type: str
    properties: dict[str, Any] = Field(default_factory=dict)
    dependencies: list[str] = Field(default_factory=list)


class _Manifest(BaseModel):
    artifacts: dict[str, _Artifact] = Field(default_factory=dict)


class _AssetManifest(BaseModel):
    files: dict[str, dict[str, Any]] = Field(default_factory=dict)
    dockerImages: dict[str, dict[str, Any]] = Field(default_factory=dict)  # noqa: N815 (CDK's name)


@dataclass(frozen=True, slots=True)
class StackTemplate:
    """A stack's name and its template's location here and, if it is an asset, in S3."""

    name: str
    template: Path
    asset_url: str | None


@dataclass(frozen=True, slots=True)
class FileAsset:
    """A file or folder to be uploaded; bucket and key may hold ``${AWS::…}`` placeholders."""

    source: Path
    zipped: bool
    bucket: str
    key: str


@dataclass(frozen=True, slots=True)
class ImageUpload:
    """An image asset, and the repository and tag that templates will name."""

    asset: ImageAsset
    repository: str
    tag: str


@dataclass(frozen=True, slots=True)
class Assembly:
    """A cloud assembly; `stacks` are ordered so that each comes after those it depends on."""

    directory: Path
    stacks: tuple[StackTemplate, ...]
    files: tuple[FileAsset, ...]
    images: tuple[ImageUpload, ...]


def read_assembly(directory: Path) -> Assembly:
    """Read a directory that `cdk synth` wrote; raises `AssemblyInvalid`."""
    directory = directory.resolve()
    stacks: list[StackTemplate] = []
    files: dict[tuple[str, str], FileAsset] = {}
    images: dict[str, ImageUpload] = {}
    for artifact in _ordered(directory):
        if artifact.type == "aws:cloudformation:stack":
            stacks.append(_stack(directory, artifact))
        elif artifact.type == "cdk:asset-manifest":
            assets = _load(_AssetManifest, directory / artifact.properties["file"])
            files |= {(each.bucket, each.key): each for each in _files(directory, assets)}
            images |= {each.tag: each for each in _images(directory, assets)}
        elif artifact.type == "cdk:cloud-assembly":
            nested = read_assembly(directory / artifact.properties["directoryName"])
            stacks += nested.stacks
            files |= {(each.bucket, each.key): each for each in nested.files}
            images |= {each.tag: each for each in nested.images}
    if not stacks:
        raise AssemblyInvalid(directory, "it holds no stack")
    return Assembly(directory, tuple(stacks), tuple(files.values()), tuple(images.values()))


def _ordered(directory: Path) -> list[_Artifact]:
    artifacts = _load(_Manifest, directory / "manifest.json").artifacts
    graph = {name: sorted(set(artifact.dependencies)) for name, artifact in artifacts.items()}
    try:
        order = list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        raise AssemblyInvalid(directory, f"its artifacts depend on each other: {error.args[1]}") from error
    if missing := [name for name in order if name not in artifacts]:
        raise AssemblyInvalid(directory, f"it lacks the artifacts {', '.join(missing)}")
    return [artifacts[name] for name in order]


def _load(model: type[_Model], path: Path) -> _Model:
    try:
        return model.model_validate(json.loads(path.read_text()))
    except (OSError, ValueError, ValidationError) as error:
        raise AssemblyInvalid(path.parent, f"{path.name} cannot be read ({error})") from error


def _stack(directory: Path, artifact: _Artifact) -> StackTemplate:
    template = directory / artifact.properties["templateFile"]
    name = artifact.properties.get("stackName") or template.name.removesuffix(".template.json")
    return StackTemplate(name, template, artifact.properties.get("stackTemplateAssetObjectUrl"))


def _files(directory: Path, assets: _AssetManifest) -> Iterable[FileAsset]:
    for asset in assets.files.values():
        source = asset["source"]
        path = directory / _path(directory, source, "path")
        for destination in asset["destinations"].values():
            zipped = source.get("packaging") == "zip"
            yield FileAsset(path, zipped, destination["bucketName"], destination["objectKey"])


def _images(directory: Path, assets: _AssetManifest) -> Iterable[ImageUpload]:
    for asset in assets.dockerImages.values():
        source = asset["source"]
        image = ImageAsset(
            folder=str(directory / _path(directory, source, "directory")),
            dockerfile=source.get("dockerFile", "Dockerfile"),
            target=source.get("dockerBuildTarget"),
            platform=source.get("platform"),
            build_args=source.get("dockerBuildArgs", {}),
        )
        for destination in asset["destinations"].values():
            yield ImageUpload(image, destination["repositoryName"], destination["imageTag"])


def _path(directory: Path, source: Mapping[str, Any], key: str) -> str:
    if key not in source:
        raise AssemblyInvalid(directory, "it has an asset that only a command could make")
    return str(source[key])
