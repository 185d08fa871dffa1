"""These fixtures give every worker a stage and every file of faults a model, and ask the truths after each fault."""

import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest

from courtside.adapters.examination import machine
from tests.faults.fault import Fault
from tests.faults.model import PATIENCE_SECONDS, Model, added
from tests.faults.truths import Forgiven, ask, remembered
from tests.faults.truths.commands import forget_failing
from tests.integration.stage.conftest import Stage, deployed

HERE = Path(__file__).parent
LONGEST = ("load", "restore")


def scope_of_models(fixture_name: str, config: pytest.Config) -> Literal["session", "module"]:  # noqa: ARG001
    """Return for how long a model is there: quick faults share one, because its training takes longer than they do."""
    return "session" if config.getoption("--faults") == "quick" else "module"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Name each fault in what a run records, and leave out those that are not quick unless all are asked for."""
    chosen, left = [], []
    for item in items:
        if not item.path.is_relative_to(HERE):
            chosen.append(item)
            continue
        found = Fault.of(item)
        item.user_properties.append(("fault", [found.kind, found.name, found.promise]))
        item.add_marker(pytest.mark.embedded)
        marker = item.get_closest_marker("fault")
        quick = marker is not None and marker.kwargs["quick"]
        (chosen if quick or config.getoption("--faults") == "all" else left).append(item)
    if left:
        config.hook.pytest_deselected(items=left)
    # What takes longest begins first, so that nothing waits for it in the end.
    items[:] = sorted(chosen, key=lambda item: item.path.parent.name not in LONGEST)


@pytest.fixture(scope="session", autouse=True)
def machine_known() -> Iterator[None]:
    """Ask this machine once what it has: `doctor` starts four programs to learn it, and is asked after each fault."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("_node", "_images", "stage_settings"):
            patch.setattr(machine, name, functools.cache(getattr(machine, name)))
        yield


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with deployed(tmp_path_factory.mktemp("stage")) as running, pytest.MonkeyPatch.context() as patch:
        running.aws.wait_for_tracking(PATIENCE_SECONDS)
        patch.setenv("COURTSIDE_TRACKING_URI", running.aws.tracking_url)
        yield running


@pytest.fixture(scope=scope_of_models)
def model(stage: Stage, request: pytest.FixtureRequest) -> Iterator[Model]:
    """Return a trained model of the file's own, named after it."""
    file = "quick" if request.scope == "session" else request.path.stem.removeprefix("test_")
    # What people are told is searched for the name, which may not be part of another file's.
    with added(stage, f"{file}_m") as there:
        yield there


@pytest.fixture(autouse=True)
def truths(request: pytest.FixtureRequest) -> Iterator[None]:
    """Ask all truths about the fault's model after the fault, if it has one and survived so far."""
    if "model" not in request.fixturenames:
        yield
        return
    model: Model = request.getfixturevalue("model")
    before = remembered(model)
    failed = request.session.testsfailed
    yield
    forget_failing(model)
    if request.session.testsfailed == failed:
        marker = request.node.get_closest_marker("fault")
        ask(model, before, Forgiven(**{name: marker.kwargs[name] for name in ("doctor", "letters", "twice")}))
