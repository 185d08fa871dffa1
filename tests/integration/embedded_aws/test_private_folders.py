"""PostgreSQL starts as root below folders that other users cannot enter, such as root's home and `mktemp -d`."""

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from embedded_aws import postgres, reachable
from embedded_aws.errors import NoReachableFolder
from embedded_aws.postgres import Database, PostgresServer

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root's PostgreSQL runs as another user")
DATABASE = Database("tracking", "mlflow", "secret")


@pytest.fixture
def private() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="courtside-private-") as name:
        assert stat.S_IMODE(Path(name).stat().st_mode) == 0o700
        yield Path(name)


def answers(server: PostgresServer) -> bool:
    address = f"host=127.0.0.1 port={server.port} user=mlflow password=secret dbname=tracking"
    with psycopg2.connect(address) as link, link.cursor() as cursor:
        cursor.execute("select 'dictionaries' || count(*) from pg_ts_config")  # the query also needs the shared files
        return str(cursor.fetchone()[0]).startswith("dictionaries")  # type: ignore[index]


def left_over() -> set[str]:
    return {path.name for path in reachable.shared_base().glob("courtside-postgres-*")}


def test_a_server_starts_below_a_folder_that_only_root_enters_and_leaves_nothing(private: Path) -> None:
    before = left_over()
    server = PostgresServer(private / "server", DATABASE, {"PATH": os.defpath})
    server.start()
    try:
        assert answers(server)
        assert len(left_over() - before) == 1
    finally:
        server.stop()
    assert left_over() == before
    assert "database system is shut down" in (private / "server" / "postgres.log").read_text()


@pytest.mark.parametrize("closed", [0o700, 0o755], ids=["folders closed", "files closed by a strict umask"])
def test_a_wheel_that_only_root_can_read_is_copied_with_its_libraries(
    private: Path, closed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = postgres._installed()
    package = installed.parent
    private.chmod(closed)
    shutil.copytree(installed, private / package.name / installed.name, symlinks=True)
    shutil.copytree(package.parent / f"{package.name}.libs", private / f"{package.name}.libs")
    for path in private.rglob("*"):
        path.chmod(path.stat().st_mode & 0o700)
    monkeypatch.setattr(postgres, "_installed", lambda: private / package.name / installed.name)
    server = PostgresServer(private / "server", DATABASE, {"PATH": os.defpath})
    server.start()
    try:
        assert answers(server)
    finally:
        server.stop()


def test_where_every_folder_is_closed_the_error_names_them(private: Path) -> None:
    (private / "inner").mkdir(mode=0o755)
    with pytest.raises(NoReachableFolder, match=r"inner.*Set TMPDIR to a folder that every user may pass through"):
        reachable.shared_base([str(private / "inner"), str(private / "missing")])


def test_a_closed_tmpdir_is_skipped(private: Path) -> None:
    passable = reachable.shared_base()
    assert reachable.shared_base([str(private), str(passable)]) == passable
