"""2,000 random commands over options, files and contracts never end in a traceback or an undocumented exit code.

The tries are seeded so that a failure can be repeated: `pytest tests/unit/cli/test_fuzz.py -k 17` repeats chunk 17.
"""

import gzip
import random
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from typer.core import TyperArgument, TyperCommand, TyperOption

from tests.fakes.console_script import run
from tests.unit.cli.test_names import ALL

TRIES, CHUNKS = 2_000, 20
EXIT_CODES = {0, 1, 2, 3, 4, 130}
# These commands start or end processes, wait for a browser, or take seconds each time.
LEFT_OUT = {"demo", "local up", "local down", "mlflow ui", "dashboard", "games simulate", "doctor"}
ON_FILES = ("features", "train", "drift check", "tables load", "games load", "costs")
GAMES = ("game_id", "game_date", "season", "home_team", "away_team", "home_points", "away_points", "is_playoff")
NAMES = ("time", "value", "kind", "churned", "id")

CONTRACT: dict[str, Any] = {
    "name": "small",
    "time_column": "time",
    "id_columns": ["id"],
    "target": "churned",
    "features": {"value": "numeric", "kind": "categorical"},
}
ODD_VALUES: list[Any] = [
    None, True, "", " ", "no", "2020", 2020, -1, 0.5, float("nan"), [], ["x"], {}, {"a": {"b": 1}}, "é" * 300,
    "../../evil", "a\x00b", "numeric", "nba", date(2020, 2, 30 - 1), "=[]<,:", 10**400, b"bytes",
]  # fmt: skip
ODD_TEXTS = [
    "", " ", "-1", "0", "1e999", "nan", "x" * 5_000, "--", "-", "é✓日本", "\udcff", "a=b", "=", "value.ks=",
    "value.psi=x", "value.ks=0.1", "kind.chi2_p=-1", "2020-01-01", "2020-13-01", "9999-12-31", "0001-01-01",
    "2020-01-01T00:00:00Z", "models:/x@champion", "s3://", "s3://bucket", "s3://bucket/key", "http://", "postgresql://u:p@127.0.0.1:1/x",
    "file:///x", "calibrated", "classic", "dev", "prod", "1", "7", "99999999999999999999", "[bold]",
    "`x`", "$(x)", "~", "nul\x01",
]  # fmt: skip


def column(rng: random.Random, rows: int) -> pa.Array:
    """Return a column of any type that parquet can hold, with values that occur in real tables."""
    moment = datetime(2020, 1, 1)  # noqa: DTZ001 — tables without time zones are tried on purpose
    kinds: list[Callable[[], pa.Array]] = [
        lambda: pa.array([rng.choice([0, 1, None]) for _ in range(rows)], pa.int8()),
        lambda: pa.array([rng.choice([2**63 - 1, -(2**63), 0]) for _ in range(rows)], pa.int64()),
        lambda: pa.array([2**64 - 1] * rows, pa.uint64()),
        lambda: pa.array([rng.choice([0.0, float("inf"), float("nan"), 1e308, None]) for _ in range(rows)]),
        lambda: pa.array([rng.choice(["yes", "no", "", None, "é" * 900]) for _ in range(rows)]),
        lambda: pa.array([moment + timedelta(days=each % 700) for each in range(rows)], pa.timestamp("us")),
        lambda: pa.array([moment + timedelta(hours=each) for each in range(rows)], pa.timestamp("ns", "Asia/Tokyo")),
        lambda: pa.array([rng.choice([datetime.min, datetime.max]) for _ in range(rows)], pa.timestamp("us")),  # noqa: DTZ901
        lambda: pa.array([rng.choice([0, 2**52]) for _ in range(rows)], pa.int64()).cast(pa.timestamp("ms")),
        lambda: pa.array([date(2020, 1, 1)] * rows),
        lambda: pa.array(["2020-01-01"] * rows),
        lambda: pa.array([{"a": each} for each in range(rows)]),
        lambda: pa.array([[each] for each in range(rows)]),
        lambda: pa.array([b"\xff"] * rows),
        lambda: pa.nulls(rows),
        lambda: pa.array(["a", "b"] * rows).slice(0, rows).dictionary_encode(),
        lambda: pa.array([True] * rows),
        lambda: pa.array([timedelta(1)] * rows),
        lambda: pa.array([1] * rows).cast(pa.decimal128(38, 9)),
    ]
    return rng.choice(kinds)()


def usable(rows: int) -> dict[str, pa.Array]:
    days = [datetime(2020, 1, 1) + timedelta(hours=7 * each) for each in range(rows)]  # noqa: DTZ001
    return {
        "time": pa.array(days, pa.timestamp("us")),
        "value": pa.array([float(each * 37 % 101) for each in range(rows)]),
        "kind": pa.array([("a", "b", "c")[each % 3] for each in range(rows)]),
        "churned": pa.array([each % 3 == 0 for each in range(rows)]),
        "id": pa.array(range(rows)),
    }


def a_table(rng: random.Random, path: Path) -> None:
    rows = rng.choice([0, 1, 2, 50, 400])
    columns = usable(rows)
    for _ in range(rng.randrange(3)):
        columns[rng.choice(NAMES)] = column(rng, rows)
    if rng.random() < 0.2:
        del columns[rng.choice(NAMES)]
    names = [name if rng.random() < 0.98 else rng.choice(["", "time", "a=b", "é"]) for name in columns]
    pq.write_table(pa.table(list(columns.values()), names), path)


def a_broken_file(rng: random.Random, path: Path) -> None:
    content = rng.choice([
        b"", b"PAR1", b"PAR1" * 9, b"\x00" * 99, b"\xef\xbb\xbfgame_id,game_date\n1,2020-01-01\n", b"a,b\n1\n1,2,3\n",
        f"{','.join(GAMES)}\n1,x,2,A,A,-1,nan,maybe\n".encode(),
        gzip.compress(b"a,b\n1,2\n"), gzip.compress(b"a,b\n1,2\n")[:-5], b"{}",
        b'{"Resources": []}', b'{"Resources": {"a": 1}}',
        b"name: \xe9\n", b"\xff\xfe" + "a: b".encode("utf-16-le"),
    ])  # fmt: skip
    path.write_bytes(content)


def a_contract(rng: random.Random, path: Path) -> None:
    contract = dict(CONTRACT)
    for _ in range(rng.randrange(3)):
        field = rng.choice(
            [*CONTRACT, "season_column", "builder", "reference_seasons", "comparable", "segment", "nothing"]
        )
        contract[field] = rng.choice(ODD_VALUES)
    if rng.random() < 0.1:
        contract.pop(rng.choice(list(contract)))
    text = yaml.safe_dump(contract, allow_unicode=rng.random() < 0.5)
    extra = [
        "", "name: again\n", "\ta: b\n", "a: &a [*a]\n", "!!python/object:os.system x\n", "? [x]\n: y\n",
        "<<: {name: x}\n", "2020: x\n", "---\nb: c\n", "a: 2020-99-99\n", "a: !!int x\n", "a: !!float x\n",
        "a: 1_0:99\n", "{", "a: *b\n", "on: yes\n",
    ]  # fmt: skip
    path.write_bytes(
        (text + rng.choice(extra)).encode(rng.choice(["utf-8", "utf-8", "utf-8-sig", "utf-16"]), "replace")
    )


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Return paths of files of every kind, and paths where no usable file exists."""
    folder, rng = tmp_path_factory.mktemp("pool"), random.Random(11)  # noqa: S311 — seeded, not secret
    made = []
    for number in range(50):
        for make, suffix in ((a_table, "parquet"), (a_contract, "yaml")):
            made.append(folder / f"{number}.{suffix}")
            make(rng, made[-1])
        made.append(
            folder / f"broken{number}.{rng.choice(['parquet', 'csv', 'csv.gz', 'yaml', 'json', 'profile', 'txt'])}"
        )
        a_broken_file(rng, made[-1])
    loop = folder / "loop.parquet"
    loop.symlink_to(loop)
    many = folder / "many"
    many.mkdir()
    (many / "_SUCCESS").touch()
    (many / "a.parquet").write_bytes(made[0].read_bytes())
    others = [
        loop,
        many,
        folder,
        folder / "none" / "x.parquet",
        folder / ("x" * 300),
        Path("/dev/null"),
        made[0] / "below",
    ]
    return [*map(str, made), *map(str, others)]


def arguments(rng: random.Random, command: TyperCommand, pool: list[str]) -> list[str]:
    """Return arguments that somebody might type: most required ones, some others, and many wrong values."""
    given: list[str] = []
    for option in command.params:
        # Without a template, `costs` would spend seconds on synthesizing one.
        likely = 1 if option.name == "template" else 0.9 if option.required else 0.25
        if "--help" in option.opts or rng.random() > likely:
            continue
        value = value_of(rng, option.name or "", pool)
        if isinstance(option, TyperArgument):
            given.append(value)
        elif isinstance(option, TyperOption) and option.is_flag:
            given.append(option.opts[0])
        else:
            given += [option.opts[0], value]
    if rng.random() < 0.05:
        given.append(rng.choice(ODD_TEXTS))
    return given


def value_of(rng: random.Random, name: str, pool: list[str]) -> str:
    chance = rng.random()
    if name == "out":
        return rng.choice(["made", "made/below", *pool]) if chance < 0.9 else rng.choice(ODD_TEXTS)
    if name in {"dataset", "contract"} and chance < 0.8:
        return rng.choice([path for path in pool if path.endswith("yaml")])
    if name in {"games", "table", "reference", "current", "template", "quarantine", "assembly"} and chance < 0.85:
        return rng.choice(pool)
    return rng.choice(ODD_TEXTS)


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder, with credentials and settings that let no AWS answer."""
    monkeypatch.chdir(tmp_path)
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_REGION", "AWS_DEFAULT_REGION", "MLFLOW_TRACKING_URI"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {
        "AWS_ACCESS_KEY_ID": "none", "AWS_SECRET_ACCESS_KEY": "none", "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "TMPDIR": str(tmp_path),
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    return tmp_path


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_whatever_is_typed_ends_without_a_traceback_and_with_a_documented_exit_code(
    chunk: int, pool: list[str], alone: Path
) -> None:
    rng = random.Random(chunk)  # noqa: S311 — seeded, not secret
    tried = sorted(set(ALL) - LEFT_OUT)
    for _ in range(TRIES // CHUNKS):
        name = rng.choice(tried) if rng.random() < 0.4 else rng.choice(ON_FILES)
        words = [*name.split(), *(word.replace("\x00", "") for word in arguments(rng, ALL[name], pool))]
        done = run(*words)
        said = done.stdout + done.stderr
        assert done.returncode in EXIT_CODES, (words, said)
        assert "Traceback" not in said, (words, said)
        assert "Unforeseen" not in said, (words, said, *(log.read_text() for log in alone.rglob("courtside-*.log")))
