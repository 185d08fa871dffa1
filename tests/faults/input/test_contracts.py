"""People add models by contracts that are meant to hurt, or whose names are not names."""

from pathlib import Path

import pytest

from tests.fakes.own_points import done
from tests.faults.fault import fault
from tests.faults.input.programs import command
from tests.faults.model import Model, contract

MOST_MIB = 512
NESTED = 20_000


def evil(extra: str) -> bytes:
    return f"{contract('evil')}{extra}\n".encode()


def names() -> set[str]:
    return {each["name"] for each in done("models", "list")}


def laughs() -> bytes:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 30)]
    return evil("\n".join(lines))


BOMBS = {
    "references that grow to 10^30 words": laughs,
    "20,000 lists within each other": lambda: evil(f"purpose: {'[' * NESTED}{']' * NESTED}"),
    "20,000 mappings within each other": lambda: evil(f"purpose: {'{a: ' * NESTED}x{'}' * NESTED}"),
    "1,400 levels of indentation": lambda: evil("\n".join(f"{' ' * n}a:" for n in range(1_400))),
    "100,000 features": lambda: evil("").replace(
        b"features: {", b"features: {" + b"".join(b"c%d: numeric, " % n for n in range(100_000))
    ),
    "a number of 500,000 digits": lambda: evil(f"reference_seasons: {'9' * 500_000}"),
    "a text of 100 MiB": lambda: evil(f"purpose: {'x' * (100 * 2**20)}"),
    "a tag that runs a program": lambda: evil("purpose: !!python/object/apply:os.system [touch ran]"),
    "a key that merges others": lambda: evil("<<: {name: other}"),
    "the byte zero only": lambda: b"\0" * 2**20,
    "a pickle instead of YAML": lambda: b"\x80\x05cposix\nsystem\n(S'touch ran'\ntR.",
}


@fault(
    "Somebody adds a model by a contract that holds {what}.",
    promise="The command refuses it within 512 MiB of memory, runs nothing of it, and the stage stays as it was.",
)
@pytest.mark.parametrize("what", BOMBS)
@pytest.mark.usefixtures("model")
def test_a_contract_that_is_meant_to_hurt_is_added(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "evil.yaml"
    file.write_bytes(BOMBS[what]())
    ended = command("models", "add", file)
    ended.refused("evil.yaml")
    assert ended.peak_mib < MOST_MIB
    assert len(ended.said) < 5_000
    assert [path.name for path in tmp_path.iterdir()] == ["evil.yaml"]
    assert "evil" not in names()


NAMES = {
    "the folder above": "../../evil",
    "a folder": "evil/evil",
    "empty": "",
    "a dot": ".",
    "a space": "evil model",
    "300 letters": "e" * 300,
    "letters of other alphabets": "зло",
    "a line break": "evil\\nname",
    "the character zero": "evil\\0",
    "a command of a shell": "evil; touch ran",
    "markup of a page": "<script>alert(1)</script>",
    "a key of the ledger": "evil#champion",
}


@fault(
    "Somebody adds a model by a file that never ends.",
    promise="The command refuses it within 512 MiB of memory, and the stage stays as it was.",
    quick=True,
)
@pytest.mark.usefixtures("stage")
def test_a_contract_that_never_ends_is_added(tmp_path: Path) -> None:
    file, before = tmp_path / "evil.yaml", names()
    file.symlink_to("/dev/zero")
    ended = command("models", "add", file)
    ended.refused("evil.yaml", "more than the 1,048,576 bytes")
    assert ended.peak_mib < MOST_MIB
    assert names() == before


@fault(
    "Somebody adds a model whose name is {what}.",
    promise="The command refuses the line of the name, and nothing of such a name is written anywhere.",
)
@pytest.mark.parametrize("what", NAMES)
def test_a_model_of_an_impossible_name_is_added(model: Model, tmp_path: Path, what: str) -> None:
    file = tmp_path / "evil.yaml"
    file.write_text(contract("evil").replace("name: evil", f'name: "{NAMES[what]}"'))
    before, models = set(model.stage.lake.keys("")), names()
    ended = command("models", "add", file)
    ended.refused("line 2: name")
    assert not [key for key in set(model.stage.lake.keys("")) - before if model.name not in key]
    assert names() == models
