"""Write the bill of materials of an image as CycloneDX JSON."""

from collections.abc import Iterable

from cyclonedx.factory.license import LicenseFactory
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from images.inventory import Package


def bill_of_materials(image: str, version: str, packages: Iterable[Package]) -> str:
    """Return the document for an image that is called `image`."""
    bom = Bom()
    bom.metadata.component = Component(name=image, version=version, type=ComponentType.CONTAINER)
    bom.components.update(map(_component, packages))
    bom.register_dependency(bom.metadata.component, bom.components)
    return JsonV1Dot6(bom).output_as_string(indent=2)


def _component(package: Package) -> Component:
    namespace = "debian" if package.kind == "deb" else None
    licences = [LicenseFactory().make_from_string(package.licence)] if package.licence else []
    return Component(
        name=package.name,
        version=package.version,
        type=ComponentType.LIBRARY,
        purl=PackageURL(package.kind, namespace, package.name, package.version),
        licenses=licences,
    )
