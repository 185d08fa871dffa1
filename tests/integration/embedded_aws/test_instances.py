"""Several instances run side by side, kept instances stay, and an instance that cannot start says why."""

import importlib.util
import time
from pathlib import Path

import psutil
import pytest

from courtside.contracts.errors import BadInput
from embedded_aws import instance as instances
from embedded_aws import processes
from embedded_aws.aws import LocalAws, LocalOptions
from embedded_aws.errors import EmulatorNotReady, InstanceUnknown, PortTaken, ServiceDied, ToolsMissing
from embedded_aws.ports import free_port


def test_a_second_instance_shares_nothing_with_a_running_one(tmp_path: Path) -> None:
    options = LocalOptions(state_directory=tmp_path)
    with LocalAws.start(options) as one, LocalAws.start(options) as other:
        one.client("s3").create_bucket(Bucket="only-in-one")
        assert other.client("s3").list_buckets()["Buckets"] == []
        assert one.tracking_url != other.tracking_url
        assert one.directory != other.directory
        assert [each.id for each in instances.instances(tmp_path)] == [one.instance.id, other.instance.id]
    assert instances.instances(tmp_path) == []


def test_a_kept_instance_outlives_its_starter_until_it_is_taken_down(tmp_path: Path) -> None:
    with LocalAws.start(LocalOptions(state_directory=tmp_path)) as aws:
        kept = aws.keep()
    assert instances.find(kept.id, tmp_path) == kept
    assert (kept.kept, kept.running) == (True, True)
    assert kept.environment()["AWS_ENDPOINT_URL"] == kept.endpoint
    assert aws.client("sts").get_caller_identity()["Account"]
    instances.down(kept, tmp_path)
    assert not kept.running
    assert processes.marked(kept.id) == []
    assert not Path(kept.directory).exists()
    assert instances.instances(tmp_path) == []


def test_a_state_file_without_its_supervisor_is_stale(tmp_path: Path) -> None:
    here = psutil.Process()
    gone = instances.Instance(
        id="0badc0de", directory=str(tmp_path), endpoint="", tracking_url="", region="us-east-1",
        supervisor_pid=here.pid, supervisor_started=here.create_time() - 3600, emulator_pid=0,
        access_key_id="AKIA", secret_access_key="secret", webhooks={},
    )  # fmt: skip
    instances.write(gone, tmp_path)
    (found,) = instances.instances(tmp_path)
    assert not found.running  # the pid exists but belongs to another process
    instances.down(found, tmp_path)
    assert instances.instances(tmp_path) == []
    assert tmp_path.exists()  # `down` does not remove a folder that we would not have made


def test_a_state_file_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    with LocalAws.start(LocalOptions(state_directory=tmp_path)):
        (file,) = tmp_path.glob("*.json")
        assert file.stat().st_mode & 0o077 == 0


def test_an_unknown_instance_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(InstanceUnknown, match="known: none"):
        instances.find("nobody", tmp_path)


def test_a_port_can_be_chosen_and_the_error_names_one_that_is_taken(tmp_path: Path) -> None:
    port = free_port()
    options = LocalOptions(state_directory=tmp_path, port=port)
    with LocalAws.start(options) as aws:
        assert aws.endpoint == f"http://127.0.0.1:{port}"
        with pytest.raises(PortTaken, match=str(port)) as taken:
            LocalAws.start(options)
    assert isinstance(taken.value, BadInput)
    assert instances.instances(tmp_path) == []


def test_a_start_that_fails_says_why_and_leaves_nothing_behind(tmp_path: Path) -> None:
    before = set(psutil.pids())
    with pytest.raises(EmulatorNotReady, match="OverflowError"):
        LocalAws.start(LocalOptions(state_directory=tmp_path, port=-1))
    time.sleep(0.1)
    new = [psutil.Process(pid) for pid in set(psutil.pids()) - before if psutil.pid_exists(pid)]
    assert not [each for each in new if {"embedded_aws.supervisor", "embedded_aws.emulator"} & set(each.cmdline())]


def test_a_stopped_instance_is_gone_and_stopping_again_is_harmless(tmp_path: Path) -> None:
    aws = LocalAws.start(LocalOptions(state_directory=tmp_path))
    aws.stop()
    aws.stop()
    assert not aws.directory.exists()
    with pytest.raises(ServiceDied):
        aws.wait_for_tracking(timeout=5)


def test_a_missing_package_says_what_to_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "ministack" else object())
    with pytest.raises(ToolsMissing, match=r"ministack.*uv sync"):
        LocalAws.start()


def test_the_state_directory_follows_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "xdg"))
    monkeypatch.delenv("COURTSIDE_STATE_DIR", raising=False)
    assert instances.state_directory() == tmp_path / "xdg" / "courtside"
    monkeypatch.setenv("COURTSIDE_STATE_DIR", str(tmp_path / "own"))
    assert instances.state_directory() == tmp_path / "own"
