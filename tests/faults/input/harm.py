"""Text that would do something wherever it is taken for more than text, and a look whether it did."""

import json
from pathlib import Path

from courtside.contracts import lake_keys
from tests.faults.model import Model

HARMFUL = ("<script", "<img", "<!channel", "<https://evil", "@channel", "@everyone", "\u202e")
"""What no message and no page may hold as it is: scripts, calls of everybody, links, and text turned around."""


def messages(model: Model, since: int) -> list[str]:
    """Return what the channel was sent about the model since so many messages, which must be harmless."""
    sent = [each for each in model.stage.slack.messages[since:] if model.name in each.text]
    for each in sent:
        payload = json.dumps(each.payload, ensure_ascii=False)
        assert not [text for text in HARMFUL if text in payload], payload
    return [each.text for each in sent]


def pages(model: Model) -> dict[str, str]:
    """Return the pages that the lake holds of a model, by their keys; none may hold an element of somebody else's."""
    lake = model.stage.lake
    keys = [key for prefix in lake_keys.all_of(model.name) for key in lake.keys(prefix) if key.endswith(".html")]
    found = {key: lake.read(key).decode() for key in keys}
    for key, page in found.items():
        require_harmless(page, key)
    return found


def require_harmless(page: str, name: str) -> None:
    """Require that a page holds nothing of `HARMFUL` that a browser would act on; it may call nobody anyway."""
    lower = page.lower()
    for text in ("<script", "<img", '<a href="https://evil', "javascript:"):
        assert text not in lower, f"{name} holds {text}"


def pages_in(folder: Path) -> int:
    """Return how many pages lie in a folder, all of which must be harmless."""
    found = list(folder.rglob("*.html"))
    for each in found:
        require_harmless(each.read_text(), each.name)
    return len(found)
