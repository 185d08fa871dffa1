"""The architecture's drawing: it is of these templates, shows every permission between main parts, and can be read."""

import copy
import json
import shutil
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from infra.drawing.__main__ import DRAWING, drawing
from infra.drawing.graph import KINDS, Access, Graph, Role, read, words
from infra.drawing.places import Line, NotDrawable, Place, Sheet, arrange, inscription
from tests.infra.synthesized import SynthesizedStage

# Of the narrowest usual font at 12 and 10.5 pixels; measured wide, so that others fit too.
WIDTHS = (6.9, 5.9)


@pytest.fixture(scope="module")
def graph(dev: SynthesizedStage) -> Graph:
    return read(dev.assembly)


@pytest.fixture(scope="module")
def sheet(graph: Graph) -> Sheet:
    return arrange(graph)


def said(graph: Graph) -> dict[str, Access]:
    return {f"{a.title} ({a.service}) → {b.title}": access for (a, b), access in graph.arrows.items()}


def test_the_drawing_in_the_docs_is_of_these_templates(dev: SynthesizedStage) -> None:
    assert DRAWING.read_text() == drawing(dev.assembly), "stale: draw it again with `python -m infra.drawing`"


def test_every_stage_has_the_same_shape(graph: Graph, prod: SynthesizedStage) -> None:
    other = read(prod.assembly)
    assert said(other).items() >= said(graph).items()
    assert {box.title for box in other.boxes} - {box.title for box in graph.boxes} <= {"access logs bucket"}


def test_everything_main_is_in_one_box(dev: SynthesizedStage, graph: Graph) -> None:
    drawn = {box.service: 0 for box in graph.boxes}
    for box in graph.boxes:
        drawn[box.service] += len(box.members) or 1
    for kind, described in KINDS.items():
        if not described.title:
            there = len(dev.of_type(kind))
            # MLflow's task definition is its service; the secrets of the database's roles are the database's.
            there -= {"AWS::ECS::TaskDefinition": 1, "AWS::SecretsManager::Secret": 2}.get(kind, 0)
            assert drawn[described.service] == there, kind


def test_who_may_do_what_is_as_the_policies_say(graph: Graph) -> None:
    known = said(graph)
    both = Access.READ | Access.WRITE
    assert known["drift check (schedule) → drift check"] == Access.CALL
    assert known["drift check (Lambda) → retraining"] == Access.CALL
    assert known["drift check (Lambda) → lake bucket"] == both
    assert known["drift check (Lambda) → artifacts bucket"] == Access.WRITE
    assert known["drift check (Lambda) → ledger"] == both
    assert known["retraining (state machine) → training"] == Access.CALL
    assert known["steps (Lambda) → artifacts bucket"] == Access.READ
    assert known["MLflow (ECS service) → database"] == both
    assert known["tracking API (API Gateway) → MLflow"] == Access.CALL
    assert known["alerts (SNS) → notify Slack"] == Access.CALL
    # The server's clients go through its API, and nobody else has the password.
    assert {key for key in known if key.endswith("→ database")} == {
        f"{who} → database"
        for who in ("MLflow (ECS service)", "tracking copy (ECS task)", "tracking upkeep (ECS task)")
    }


@pytest.mark.parametrize("change", ["permission", "resource"])
def test_a_change_of_either_makes_it_stale(dev: SynthesizedStage, tmp_path: Path, change: str) -> None:
    for file in dev.assembly.glob("*.json"):
        shutil.copy(file, tmp_path)
    file = tmp_path / "courtside-dev-pipeline.template.json"
    template = json.loads(file.read_text())
    resources: dict[str, Any] = template["Resources"]
    if change == "permission":
        (policy,) = (key for key in resources if key.startswith("DriftCheckFunctionServiceRoleDefaultPolicy"))
        statements = resources[policy]["Properties"]["PolicyDocument"]["Statement"]
        statements[:] = [each for each in statements if each["Action"] != "states:StartExecution"]
    else:
        (notifier,) = (key for key in resources if resources[key]["Type"] == "AWS::SNS::Subscription")
        del resources[notifier]
    file.write_text(json.dumps(template))
    assert drawing(tmp_path) != DRAWING.read_text()


def test_what_has_no_way_is_refused_by_name(graph: Graph) -> None:
    by_title = {(box.title, box.service): box for box in graph.boxes}
    pair = (by_title["drift check", "Lambda"], by_title["tracking copy", "ECS task"])
    arrows = copy.copy(graph.arrows) | {pair: Access.CALL}
    with pytest.raises(NotDrawable, match=r"drift check \(Lambda\) to tracking copy"):
        arrange(Graph(graph.boxes, arrows))


def segments(lines: tuple[Line, ...]) -> list[tuple[float, float, float]]:
    """The vertical parts: where across, from, to."""
    found = []
    for line in lines:
        for (x, y), (other_x, other_y) in pairwise(line.points):
            if x == other_x:
                found.append((x, *sorted((y, other_y))))
    return found


def test_no_line_lies_on_another(sheet: Sheet) -> None:
    for (x, top, bottom), (other_x, other_top, other_bottom) in combinations(segments(sheet.lines), 2):
        assert x != other_x or bottom <= other_top or other_bottom <= top, (x, top, other_top)


def test_every_line_starts_and_ends_at_its_boxes(graph: Graph, sheet: Sheet) -> None:
    assert len(sheet.lines) == len(graph.arrows)
    for line in sheet.lines:
        for end in (line.points[0], line.points[-1]):
            assert any(touches(place, end) for place in sheet.boxes.values()), line


def touches(place: Place, point: tuple[float, float]) -> bool:
    x, y = point
    inside = place.x <= x <= place.x + place.width and place.y <= y <= place.bottom
    return inside and (y in {place.y, place.bottom} or x in {place.x, place.x + place.width})


def test_boxes_lie_apart_and_hold_their_words(sheet: Sheet) -> None:
    for one, other in combinations(sheet.boxes.values(), 2):
        apart = one.x + one.width <= other.x or other.x + other.width <= one.x
        assert apart or one.bottom <= other.y or other.bottom <= one.y
    for box, place in sheet.boxes.items():
        if box.role is not Role.STORE:
            for lines, width in zip(inscription(box), WIDTHS, strict=True):
                assert all(len(line) * width <= place.width for line in lines), (box.title, lines)


def test_it_fits_a_page_and_follows_light_and_dark(dev: SynthesizedStage, sheet: Sheet) -> None:
    root = ET.fromstring(drawing(dev.assembly))  # noqa: S314 — our own
    assert root.tag.endswith("svg")
    # Shown at a README's 880 pixels, its small type stays above 9.
    assert sheet.width <= 1000
    assert "prefers-color-scheme: dark" in DRAWING.read_text()


def test_names_are_written_as_people_do() -> None:
    assert [words(each) for each in ("LakeBucket", "TrackingApi", "NotifySlack", "Mlflow")] == [
        "lake bucket",
        "tracking API",
        "notify Slack",
        "MLflow",
    ]
