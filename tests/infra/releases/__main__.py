"""Keep the current templates as a release."""

import sys
import tempfile
from pathlib import Path

from infra.settings import settings_for
from tests.infra.conftest import synthesize
from tests.infra.releases import keep

with tempfile.TemporaryDirectory() as folder:
    assemblies = {stage: Path(folder, stage) for stage in ("dev", "prod")}
    for stage, path in assemblies.items():
        synthesize(settings_for(stage), path)
    sys.stdout.write(f"{keep(sys.argv[1], assemblies)}\n")
