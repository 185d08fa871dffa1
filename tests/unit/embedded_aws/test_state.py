"""State files of the embedded AWS have a usable place even if a user's home is missing or not writable."""

import json
from pathlib import Path

import pytest

from embedded_aws.demo.synthesis import _jsii_settings
from embedded_aws.errors import StateFolderUnusable
from embedded_aws.instance import STATE_DIRECTORY, instances, prepare_state, state_directory

CACHE = "JSII_RUNTIME_PACKAGE_CACHE"


@pytest.fixture(params=["/proc/nobodys-home", "/dev/null", None])
def unusable_home(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (STATE_DIRECTORY, "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    if request.param is not None:
        monkeypatch.setenv("HOME", request.param)
        return
    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.setattr("pwd.getpwuid", {}.__getitem__)  # this user has no entry, as in many containers
    monkeypatch.chdir("/proc")


@pytest.mark.usefixtures("unusable_home")
def test_a_user_without_a_home_can_list_instances_and_is_told_what_to_set() -> None:
    assert instances() == []
    with pytest.raises(StateFolderUnusable, match=r"cannot be written.*Set COURTSIDE_STATE_DIR"):
        prepare_state(state_directory())


@pytest.mark.usefixtures("unusable_home")
def test_synthesis_runs_without_its_cache_if_the_home_is_not_writable() -> None:
    assert _jsii_settings()[CACHE] == "disabled"


def test_a_writable_home_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (STATE_DIRECTORY, "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    prepare_state(state_directory())
    assert (tmp_path / ".local" / "state" / "courtside").stat().st_mode & 0o777 == 0o700
    assert CACHE not in _jsii_settings()


def test_a_state_folder_that_is_a_file_is_refused_by_name(tmp_path: Path) -> None:
    file = tmp_path / "state"
    file.touch()
    with pytest.raises(StateFolderUnusable, match=str(file)):
        prepare_state(file)


@pytest.mark.parametrize("other", [{"webhooks": None}, {"of_a_later_release": "something"}])
def test_an_instance_started_by_another_release_is_listed_so_that_it_can_be_stopped(
    tmp_path: Path, other: dict[str, object]
) -> None:
    held = {
        "id": "0badcafe", "directory": "courtside-local-x", "endpoint": "https://127.0.0.1:1", "tracking_url": "",
        "region": "us-east-1", "supervisor_pid": 1, "supervisor_started": 0.0, "emulator_pid": 2,
        "access_key_id": "AKIA", "secret_access_key": "secret", "webhooks": {"slack": "https://127.0.0.1:2"},
        "kept": True, "stage": "dev", **other,
    }  # fmt: skip
    written = {name: value for name, value in held.items() if value is not None}
    (tmp_path / "0badcafe.json").write_text(json.dumps(written))
    assert [(each.id, each.directory) for each in instances(tmp_path)] == [("0badcafe", "courtside-local-x")]
