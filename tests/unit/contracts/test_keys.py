"""Keys are spelled only in `lake_keys`, `training_keys` and `ledger_keys`; all other code asks these for them."""

import ast
import inspect
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

import pytest

from courtside.contracts import drift_keys, lake_keys, ledger_keys, training_keys
from courtside.contracts.key_names import NameUnusable

ROOT = Path(__file__).parents[3]
SPELLERS = {
    f"courtside/contracts/{name}.py" for name in ("lake_keys", "training_keys", "ledger_keys", "dashboard_keys")
}
PACKAGES = ("courtside", "infra", "lambdas", "training_image", "embedded_aws", "mlflow_image", "images")
NO_KEYS = {
    "courtside/adapters/tracking_copy/dump.py": {"tables/", "manifest.json"},  # these are members of a backup's archive
    "infra/constructs/retraining_functions.py": {"models/"},  # MLflow's own folder in the artifacts
    "infra/validation/acknowledged_grants.py": {"models/"},
    "embedded_aws/assembly.py": {"manifest.json"},  # this file belongs to a synthesized app
}
"""Texts that look like keys but are not, by file."""


class Spelling(NamedTuple):
    """A text in the code that looks like part of a key."""

    file: str
    line: int
    text: str


def _texts(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield the strings that the code uses, leaving out docstrings and other strings that are whole statements."""
    comments = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in comments:
            yield node.lineno, node.value


def _constants(module: object) -> list[str]:
    return [value for name, value in vars(module).items() if name.isupper() and isinstance(value, str)]


def _roots() -> set[str]:
    """Return the first folder of every prefix and every key."""
    modules = (lake_keys, training_keys, ledger_keys)
    return {value.partition("/")[0] for module in modules for value in _constants(module) if "/" in value}


def _file_names() -> set[str]:
    """Return the file names that end the keys of every training."""
    functions = [function for name, function in inspect.getmembers(training_keys, inspect.isfunction) if name[0] != "_"]
    takes_an_id = [each for each in functions if list(inspect.signature(each).parameters) == ["model", "training_id"]]
    return {str(key).rpartition("/")[2] for key in (each("m", "an-id") for each in takes_an_id)} - {"", "an-id"}


def _spelled(source: str, file: str) -> list[Spelling]:
    folders = "|".join(sorted(map(re.escape, _roots())))
    names = "|".join(sorted(map(re.escape, _file_names())))
    looks_like_a_key = re.compile(rf"(?:^|[/>*])((?:{folders})/)|^(?:\S*/)?({names})$")
    found = ((line, looks_like_a_key.search(text)) for line, text in _texts(ast.parse(source)))
    spellings = [Spelling(file, line, match[1] or match[2]) for line, match in found if match]
    return [each for each in spellings if each.text not in NO_KEYS.get(file, set())]


def _sources() -> list[Path]:
    files = [file for package in PACKAGES for file in (ROOT / package).rglob("*.py")]
    return [file for file in files if file.relative_to(ROOT).as_posix() not in SPELLERS]


def test_no_other_module_spells_a_key() -> None:
    spellings = [each for file in _sources() for each in _spelled(file.read_text(), file.relative_to(ROOT).as_posix())]
    assert spellings == []


def test_every_exception_to_the_rule_is_still_needed() -> None:
    used = {
        (file, match)
        for file, texts in NO_KEYS.items()
        for match in texts
        if any(match in text for _, text in _texts(ast.parse((ROOT / file).read_text())))
    }
    assert used == {(file, text) for file, texts in NO_KEYS.items() for text in texts}


@pytest.mark.parametrize(
    "code",
    [
        'PATTERNS = ("archive/drift/*", "archive/decisions/*")',
        'key = f"models/{model}/training/{training_id}/legacy/"',
        'rule = "<LakeBucket>/ml-models/.staged/*"',
        'lock = "lock/retraining"',
        'found = key.endswith("/card.html")',
        'NAME = "holdout.parquet"',
    ],
)
def test_a_key_spelled_in_another_module_is_found(code: str) -> None:
    assert _spelled(code, "infra/constructs/new.py")


@pytest.mark.parametrize("code", ['"""Reads `games/season=2019/games.parquet`."""', 'help = "The name in ml-models/."'])
def test_texts_for_people_do_not_count_as_spelled_keys(code: str) -> None:
    assert not _spelled(code, "courtside/cli/new.py")


@pytest.mark.parametrize("training_id", ["../../evil", "", "a/b", "x" * 65])
def test_a_training_id_that_would_leave_its_folder_is_refused(training_id: str) -> None:
    for make in (
        training_keys.training_legacy,
        training_keys.training_spool,
        training_keys.spooled_run,
        training_keys.training_record,
    ):
        with pytest.raises(NameUnusable):
            make("nba_games", training_id)


def test_the_key_of_a_decision_is_parsed() -> None:
    assert lake_keys.decision_of(lake_keys.decision("nba_games", date(2026, 3, 1), "abc")) == (date(2026, 3, 1), "abc")


@pytest.mark.parametrize(
    "key",
    [
        "archive/decisions/model=m/dt=2026-02-30/abc.json",
        "archive/decisions/model=m/dt=2026-03-01/a/b.json",
        "archive/decisions/model=m/dt=2026-03-01/abc.html",
        drift_keys.drift_report("nba_games", date(2026, 3, 1), "abc"),
        lake_keys.tracking_backup(datetime(2026, 3, 1, tzinfo=UTC)),
    ],
)
def test_any_other_key_is_not_taken_for_a_decision(key: str) -> None:
    assert lake_keys.decision_of(key) is None


def test_spooled_runs_and_card_pages_are_recognised_by_their_keys() -> None:
    assert training_keys.is_spooled_run(training_keys.spooled_run("nba_games", "an-id"))
    assert not training_keys.is_spooled_run(training_keys.spooled_rows("nba_games", "an-id"))
    assert training_keys.is_training_card_page(training_keys.training_card_page("nba_games", "an-id"))
    assert not training_keys.is_training_card_page(training_keys.training_card("nba_games", "an-id"))
