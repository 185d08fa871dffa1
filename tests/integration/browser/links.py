"""Whether the links of a page lead somewhere: to a file that exists, and to an element that is in it."""

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from tests.integration.browser.chromium import Browser

ADDRESSES = "[...document.querySelectorAll('a')].map(a => new URL(a.href.baseVal ?? a.href, document.baseURI).href)"


def lost_links(browser: Browser) -> list[str]:
    """Return the addresses that the open page links and that are nowhere among files, each once."""
    return [address for address in sorted(set(browser.evaluate(ADDRESSES))) if not _exists(address)]


def _exists(address: str) -> bool:
    parts = urlsplit(address)
    path = Path(unquote(parts.path))
    if parts.scheme != "file" or not path.is_file():
        return False
    anchors = re.findall(r'\bid="?([^"\s>]+)', path.read_text(encoding="utf-8")) if parts.fragment else [""]
    return unquote(parts.fragment) in anchors
