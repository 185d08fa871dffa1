"""`import courtside` offers documented names and imports nothing before one of them is used."""

import importlib.metadata
import inspect
import json
import subprocess
import sys

import courtside


def printed(program: str) -> list[str]:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    found: list[str] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_importing_the_package_imports_nothing_else() -> None:
    own = "import json, sys, courtside; print(json.dumps([n for n in sys.modules if n.startswith('courtside')]))"
    assert printed(own) == ["courtside"]
    others = "import json, sys, courtside; print(json.dumps([n for n in ('numpy', 'pyarrow') if n in sys.modules]))"
    assert printed(others) == []


def test_a_drift_check_needs_no_library_of_an_extra() -> None:
    extras = ("boto3", "mlflow", "pandas", "scipy", "sklearn", "typer", "rich")
    told = f"print(json.dumps([name for name in {extras} if name in sys.modules]))"
    program = f"import json, sys, courtside; courtside.check_drift; {told}"
    assert printed(program) == []


def test_every_offered_name_exists_is_documented_and_is_known_to_editors() -> None:
    assert set(courtside.__all__) <= set(dir(courtside))
    for name in courtside.__all__:
        found = getattr(courtside, name)
        assert inspect.getdoc(found), name
        assert found.__name__ == name
    assert not hasattr(courtside, "check_drfit")
    stated = inspect.getsource(courtside).split("if TYPE_CHECKING:")[1].split("__all__")[0]
    assert all(f" {name}\n" in stated or f" {name}," in stated for name in courtside.__all__)


def test_type_checkers_may_read_the_package() -> None:
    files = importlib.metadata.files("courtside") or []
    assert (importlib.resources.files("courtside") / "py.typed").is_file() or "courtside/py.typed" in map(str, files)
