"""A task runs one of our images."""

from typing import Any

from aws_cdk import aws_ecs as ecs
from constructs import Construct

from infra.assets import container_image, runtime_platform
from infra.stage import StageSettings
from infra.task_size import TaskSize

_SCRATCH = "scratch"


class ImageTask(ecs.FargateTaskDefinition):
    """A task definition for the processor that its image is built for.

    Its containers cannot change what they were shipped with: their root is read-only, and they write only to /tmp,
    which ends with the task.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, image: str, size: TaskSize, settings: StageSettings
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            cpu=size.cpu,
            memory_limit_mib=size.memory_mib,
            runtime_platform=runtime_platform(settings.architecture),
        )
        self._image = container_image(self, image, settings)
        self.add_volume(name=_SCRATCH)

    def run(self, name: str, **options: Any) -> ecs.ContainerDefinition:
        """Add a container of the image; `options` are those of CDK's `add_container`."""
        container = self.add_container(name, image=self._image, readonly_root_filesystem=True, **options)
        container.add_mount_points(
            ecs.MountPoint(source_volume=_SCRATCH, container_path="/tmp", read_only=False)  # noqa: S108 — the container's
        )
        return container
