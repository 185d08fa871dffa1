"""How large a task on Fargate can be."""

from typing import Self

from pydantic import BaseModel, ConfigDict, model_validator

# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html
_FARGATE_MEMORY_MIB = {
    256: (512, 1024, 2048),
    512: tuple(range(1024, 4097, 1024)),
    1024: tuple(range(2048, 8193, 1024)),
    2048: tuple(range(4096, 16385, 1024)),
    4096: tuple(range(8192, 30721, 1024)),
}


class TaskSize(BaseModel):
    """CPU units (1024 = one vCPU) and memory of a Fargate task, one of the pairs Fargate offers."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    cpu: int
    memory_mib: int

    @model_validator(mode="after")
    def _offered(self) -> Self:
        offered = _FARGATE_MEMORY_MIB.get(self.cpu)
        if offered is None:
            raise ValueError(f"cpu must be one of {', '.join(map(str, _FARGATE_MEMORY_MIB))}")
        if self.memory_mib not in offered:
            raise ValueError(f"with cpu {self.cpu}, memory_mib must be one of {', '.join(map(str, offered))}")
        return self
