"""Install and trim the training image's environment as its Dockerfile does, train in it, and print its size.

The output is JSON. The environment is the locked group `training` with the project, on this machine's Python; it
does not include the base image and system libraries. Megabytes are millions of bytes of all files.

Run `python -m benchmarks.environment [--strict]` from the project's root; it takes about half a minute.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIMIT_MB = 450
INSTALL = ("sync", "--quiet", "--frozen", "--no-compile-bytecode", "--only-group", "training")
PACKAGE = ("pip", "install", "--quiet", "--no-deps", "--offline", "--no-compile-bytecode", ".")


def main() -> None:
    """Install and trim the environment, rehearse a training in it and print its size."""
    parser = argparse.ArgumentParser(description="Measure the size of the training image's environment.")
    parser.add_argument("--json", action="store_true", help="has no effect: the output is always JSON")
    parser.add_argument("--strict", action="store_true", help="exit with 1 if the limit does not hold")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        environment = Path(temporary) / ".venv"
        settings = os.environ | {
            "UV_PROJECT_ENVIRONMENT": str(environment),
            "UV_LINK_MODE": "copy",
            "PYTHONDONTWRITEBYTECODE": "1",
            "OMP_WAIT_POLICY": "PASSIVE",
            "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0",
        }
        _run(_uv(), *INSTALL, settings=settings)
        _run(_uv(), *PACKAGE, "--python", str(environment), settings=settings)
        installed = _megabytes(environment)
        _run(sys.executable, str(ROOT / "images" / "trim.py"), str(environment), settings=settings)
        trimmed = _megabytes(environment)
        _run(str(environment / "bin" / "python"), "-m", "training_image.rehearse", settings=settings)
    figures = {"installed_mb": installed, "trimmed_mb": trimmed, "limit_mb": LIMIT_MB, "ok": trimmed <= LIMIT_MB}
    print(json.dumps({"benchmark": "environment", **figures}, indent=2))
    if options.strict and not figures["ok"]:
        sys.exit(1)


def _uv() -> str:
    found = subprocess.run([str(ROOT / "scripts" / "find-uv")], capture_output=True, text=True, check=True)
    return found.stdout.strip()


def _run(*command: str, settings: dict[str, str]) -> None:
    done = subprocess.run(command, cwd=ROOT, env=settings, capture_output=True, text=True, timeout=600, check=False)
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed: {done.stderr[-2000:]}")


def _megabytes(folder: Path) -> int:
    return round(sum(path.lstat().st_size for path in folder.rglob("*") if not path.is_dir()) / 1e6)


if __name__ == "__main__":
    main()
