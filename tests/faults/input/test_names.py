"""Files arrive whose names hold any characters."""

import pytest

from tests.faults.fault import fault
from tests.faults.input.arriving import loaded_rows, new_rows, put, removed, taken_in
from tests.faults.input.harm import messages
from tests.faults.model import Model

NAMES = {
    "spaces, plus signs and ampersands": "a b+c  &d=?#e",
    "percent signs that hide steps to other folders": "..%2f..%2fevil%00",
    "letters of other alphabets and pictures": "Посылки 荷物 🏀",
    "marks that turn text around": "\u202egpj.elif\u202c",
    "markup of a page": "<script>alert(1)<img src=x onerror=alert(2)>",
    "a call of everybody": "<!channel> @channel @everyone",
    "a link": "<https://evil.example|Open the page>",
    "quotes and backslashes": "'\";\\--",
    "a formula of a spreadsheet": '=HYPERLINK("https:evil.example")',
    "marks of bold text and code": "*bold* `code` _x_ ~y~",
    "commands of a shell": "$(touch ran);`touch ran`&&touch ran",
    "line breaks and tabs": "one\n*two*\n\tthree",
    "800 letters": "x" * 800,
}


@fault(
    "Files arrive whose names hold {what}.",
    promise="The good one is taken in, the bad one is set aside and told once, and what people read is harmless.",
)
@pytest.mark.parametrize("what", NAMES)
def test_files_of_any_name_arrive(model: Model, what: str) -> None:
    number, before, told = list(NAMES).index(what), loaded_rows(model), len(model.stage.slack.messages)
    good = put(model, f"good {NAMES[what]}.parquet", new_rows(1_000 * number + 2_000_000))
    bad = put(model, f"bad {NAMES[what]}.csv", f"parcel,{number}\n1,2\n".encode())
    done = taken_in(model)
    assert (done[good]["outcome"], done[good]["new"]) == ("loaded", 20)
    assert done[bad]["outcome"] == "quarantined"
    assert loaded_rows(model) == before + 20
    (text,) = messages(model, told)
    assert "cannot be used" in text
    kept = model.stage.lake.keys(done[bad]["quarantine"].removeprefix(model.stage.lake.uri("")))
    assert [model.stage.lake.read(key) for key in kept if "/original/" in key] == [f"parcel,{number}\n1,2\n".encode()]
    removed(model, bad)
