"""Build the three images as the CDK does, and list their sizes and contents: `python -m images [--out FOLDER]`.

It uses real bases if they can be pulled, or else stand-ins made of Debian's packages, and says what it could not do
and why.
"""

import argparse
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from courtside.contracts.errors import CourtsideError
from embedded_aws.assembly import ImageUpload, read_assembly
from embedded_aws.containers.bases import STAND_INS, named_bases
from embedded_aws.containers.build import build, context_here, reference
from embedded_aws.containers.engine import Engine
from embedded_aws.demo.synthesis import Synthesis
from images.inventory import Package, inventory
from images.sbom import bill_of_materials

STAGE = "dev"


def main() -> int:
    """Build the images, examine them and report; return the exit code."""
    parser = argparse.ArgumentParser(prog="images", description=__doc__)
    parser.add_argument(
        "--out", type=Path, default=Path("images-out"), help="the folder for the bills of materials and licences"
    )
    out: Path = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    try:
        _report(Engine(), out)
    except CourtsideError as error:
        print(f"images: {error}", file=sys.stderr)
        return 1
    return 0


def _report(engine: Engine, out: Path) -> None:
    context = context_here(engine, _say)
    with tempfile.TemporaryDirectory() as folder:
        images = read_assembly(Synthesis(Path(folder, "cdk.out"), stage=STAGE, context=context).finish()).images
        build(images, engine, _say)
    licences: dict[str, set[str]] = defaultdict(set)
    for image in images:
        packages = inventory(engine, reference(image.tag))
        _describe(engine, image, packages, out)
        for package in packages:
            if package.kind == "pypi":
                licences[package.licence or "none stated"].add(package.name)
    listed = "".join(f"{licence}: {', '.join(sorted(names))}\n" for licence, names in sorted(licences.items()))
    (out / "licences.txt").write_text(listed)
    _say(f"{len(licences)} licences of Python packages in {out / 'licences.txt'}")
    for line in _not_done(context):
        _say(f"not done: {line}")


def _describe(engine: Engine, image: ImageUpload, packages: list[Package], out: Path) -> None:
    known, name = engine.inspect("image", reference(image.tag)), image.asset.name
    version = known["Config"]["Labels"]["org.opencontainers.image.version"]
    bill = out / f"{name}.cdx.json"
    bill.write_text(bill_of_materials(f"courtside/{name}", version, packages))
    counts = " and ".join(
        f"{sum(package.kind == kind for package in packages)} {what}"
        for kind, what in (("pypi", "Python packages"), ("deb", "of Debian"))
    )
    _say(f"{name}: {known['Size'] / 1e6:.0f} MB, {image.asset.platform}, {counts} ({bill})")


def _not_done(context: dict[str, str]) -> Iterator[str]:
    if any(context[setting] == image for setting, image in STAND_INS.items()):
        yield "the real bases, which cannot be pulled here; sizes and times are those of stand-ins"
    for setting, image in named_bases().items():
        if "@sha256:" not in image:
            yield f"{setting} is not pinned by digest: run `make bases` where {image} can be reached"
    yield "a check for known vulnerabilities, for which there is no source offline (docs/images.md says how)"


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
