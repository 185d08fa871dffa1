"""On this machine a container image is an asset folder and what its Dockerfile starts there.

Nothing is built. The cloud assembly tells at deployment which folder an image tag stands for; entry point, command
and environment are read from the Dockerfile in that folder.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from courtside.contracts.own_candidates import BUILD_ARGUMENT
from embedded_aws.errors import DockerfileInvalid, ImageUnknown

# These variables describe the image's own file system, which does not exist here; nothing here was compiled by a build.
_IMAGE_ONLY = frozenset(
    {"PATH", "PYTHONPATH", "PYTHONHOME", "PYTHONDONTWRITEBYTECODE", "VIRTUAL_ENV", "HOME", "LD_LIBRARY_PATH", "TMPDIR"}
)


@dataclass(frozen=True, slots=True)
class ImageAsset:
    """An image asset of a cloud assembly: its folder, its Dockerfile there, the stage to run, and how it is built."""

    folder: str
    dockerfile: str = "Dockerfile"
    target: str | None = None
    platform: str | None = None
    build_args: Mapping[str, str] = field(default_factory=dict)

    @property
    def path(self) -> Path:
        """The folder that a build sees."""
        return Path(self.folder)

    @property
    def name(self) -> str:
        """What people call the image: the folder of its Dockerfile."""
        return Path(self.dockerfile).parent.name or self.path.name


@dataclass(frozen=True, slots=True)
class Image:
    """What runs when the image is started without arguments; its `wheels` would be installed by a build."""

    folder: Path
    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    wheels: tuple[Path, ...] = ()

    @property
    def python_path(self) -> str:
        """Where Python looks first for modules; it imports from wheels as they are, if they hold only Python."""
        return os.pathsep.join(map(str, (self.folder, *self.wheels)))


class ImageRegistry:
    """Image tags and their asset folders, in one file that deployer and emulator share."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def assets(self) -> dict[str, ImageAsset]:
        """Return every known tag with its asset."""
        if not self._file.exists():
            return {}
        return {tag: ImageAsset(**asset) for tag, asset in json.loads(self._file.read_text()).items()}

    def register(self, tag: str, asset: ImageAsset) -> None:
        """Remember (or replace) what a tag stands for."""
        known = self.assets() | {tag: asset}
        draft = self._file.with_suffix(f".{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(json.dumps({name: asdict(each) for name, each in known.items()}))
        draft.replace(self._file)

    def find(self, image: str) -> Image:
        """Return what an image URI starts; raises `ImageUnknown` or `DockerfileInvalid`."""
        known = self.assets()
        tag = image.rsplit("/", 1)[-1].partition(":")[2]
        if tag not in known:
            raise ImageUnknown(image, sorted(known))
        return read_image(known[tag])


@dataclass(slots=True)
class _Stage:
    environment: dict[str, str] = field(default_factory=dict)
    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] = ()


def read_image(asset: ImageAsset) -> Image:
    """Read the Dockerfile of an asset: the requested stage with what it inherits from the stages before."""
    path = Path(asset.folder, asset.dockerfile)
    stages = _stages(path)
    if not stages:
        raise DockerfileInvalid(path, "it has no FROM instruction")
    if asset.target is not None and asset.target not in stages:
        raise DockerfileInvalid(path, f"it has no stage {asset.target!r}")
    stage = stages[asset.target] if asset.target is not None else list(stages.values())[-1]
    environment = {name: value for name, value in stage.environment.items() if name not in _IMAGE_ONLY}
    return Image(
        folder=Path(asset.folder),
        entrypoint=stage.entrypoint,
        command=stage.command,
        environment=environment,
        wheels=tuple(Path(asset.folder, each) for each in _packages(asset) if each.endswith(".whl")),
    )


def _packages(asset: ImageAsset) -> list[str]:
    return asset.build_args.get(BUILD_ARGUMENT, "").split(",")


def _stages(path: Path) -> dict[str, _Stage]:
    """Return the stages by name (by number where unnamed), in the file's order."""
    from dockerfile_parse import DockerfileParser

    if not path.is_file():
        raise DockerfileInvalid(path, "it does not exist in the asset folder")
    with path.open("rb") as file:
        instructions = DockerfileParser(fileobj=file).structure
    stages: dict[str, _Stage] = {}
    stage = _Stage()
    for instruction in instructions:
        word, value = instruction["instruction"], instruction["value"]
        if word == "FROM":
            base, name = _from(value, number=len(stages))
            inherited = stages.get(base, _Stage())
            stage = _Stage(dict(inherited.environment), inherited.entrypoint, inherited.command)
            stages[name] = stage
        elif stages:
            _apply(stage, word, value)
    return stages


def _from(value: str, *, number: int) -> tuple[str, str]:
    words = [word for word in value.split() if not word.startswith("--")]
    named = len(words) >= 3 and words[1].upper() == "AS"
    return words[0], words[2] if named else str(number)


def _apply(stage: _Stage, word: str, value: str) -> None:
    if word == "ENV":
        from dockerfile_parse.util import extract_key_values

        pairs = extract_key_values(env_replace=True, args={}, envs=dict(stage.environment), instruction_value=value)
        stage.environment.update(pairs)
    elif word == "ENTRYPOINT":
        # As with docker, a new entry point drops the inherited command.
        stage.entrypoint, stage.command = _words(value), ()
    elif word == "CMD":
        stage.command = _words(value)


def _words(value: str) -> tuple[str, ...]:
    """Split the exec form (a JSON list) or wrap the shell form."""
    try:
        listed = json.loads(value)
    except ValueError:
        return ("sh", "-c", value)
    return tuple(str(each) for each in listed) if isinstance(listed, list) else ("sh", "-c", value)
