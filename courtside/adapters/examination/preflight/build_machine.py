"""Whether this machine builds images for the processor that the stage runs them on."""

import platform
from collections.abc import Iterator
from pathlib import Path

from courtside.adapters.examination.preflight import Examination, Plan
from courtside.core.findings import Finding, broken, doubtful, fine

_CHECK = "build architecture"
_SPELLED = {"aarch64": "arm64", "arm64": "arm64", "x86_64": "x86_64", "amd64": "x86_64"}
# Where Linux says which foreign programs it can run; on other systems the engine's own machine does it.
_EMULATORS = Path("/proc/sys/fs/binfmt_misc")
_EMULATOR = {"arm64": "qemu-aarch64", "x86_64": "qemu-x86_64"}


def _look(plan: Plan) -> Iterator[Finding]:
    wanted = str(plan.settings.get("architecture", "arm64"))
    here = _SPELLED.get(platform.machine().lower(), platform.machine())
    if here == wanted:
        yield fine(_CHECK, f"{here}, as the stage's images")
    elif not _EMULATORS.is_dir():
        said = f"this machine is {here}, the stage's images are {wanted}: the engine has to emulate it"
        yield doubtful(_CHECK, said, f"build on {wanted}, or deploy with -c architecture={here}")
    elif (_EMULATORS / _EMULATOR.get(wanted, "")).is_file():
        yield doubtful(
            _CHECK, f"{wanted} is emulated on {here}, which makes builds slow", f"build on {wanted} if you can"
        )
    else:
        fix = f"deploy with -c architecture={here}, build on {wanted}, or register {_EMULATOR.get(wanted)} (binfmt)"
        yield broken(_CHECK, f"this machine is {here} and cannot run the stage's {wanted} images while building", fix)


EXAMINATION = Examination(check=_CHECK, look=_look)
