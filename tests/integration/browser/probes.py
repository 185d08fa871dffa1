"""These scripts measure every page, in the looks that are listed here."""

from tests.integration.browser.chromium import Browser

PHONE, DESK = 360, 1440
LOOKS = [(width, dark) for width in (PHONE, 390, 768, DESK) for dark in (False, True)]
PAPER = 688
"""The width in CSS pixels between the margins of A4."""

CONTRASTS = """
(() => {
  const channels = text => text.match(/[\\d.]+/g).map(Number);
  const luminance = ([r, g, b]) => [r, g, b].map(c => c / 255)
    .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = node => {
    for (let at = node; at; at = at.parentElement) {
      const colour = channels(getComputedStyle(at).backgroundColor);
      if (colour.length < 4 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || node.closest('title, desc') || !node.checkVisibility()) continue;
    const style = getComputedStyle(node);
    const [a, b] = [channels(node.closest('svg') ? style.fill : style.color), ground(node)].map(luminance);
    found.push([(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), walker.currentNode.data.trim().slice(0, 40)]);
  }
  return found;
})()
"""
SMALLEST_CHART_TEXT = """
Math.min(...[...document.querySelectorAll('svg text')].filter(text => text.checkVisibility())
  .map(text => text.getScreenCTM().a * parseFloat(getComputedStyle(text).fontSize)))
"""
CUT_LABELS = """
[...document.querySelectorAll('svg text')].filter(text => text.checkVisibility()).filter(text => {
  const box = text.getBoundingClientRect(), frame = text.closest('svg').getBoundingClientRect();
  return box.left < frame.left - 1 || box.right > frame.right + 1
    || box.top < frame.top - 1 || box.bottom > frame.bottom + 1;
}).map(text => text.textContent)
"""
BEYOND = """
[...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth)
  .filter(e => {
    // What is in a box that scrolls by itself is reached there; the box must be within the screen.
    for (let at = e.parentElement; at; at = at.parentElement)
      if (at !== document.body && /auto|scroll/.test(getComputedStyle(at).overflowX)) return false;
    return true;
  }).map(e => e.outerHTML.slice(0, 80))
"""
# Its rules about contrast skip what it cannot see through, such as text in charts; CONTRASTS measures that.
ACCESSIBILITY = """
axe.run(document, {resultTypes: ['violations']}).then(found => found.violations
  .filter(({impact}) => impact === 'serious' || impact === 'critical')
  .map(({id, help, nodes}) => [id, help, nodes.length, nodes[0].html.slice(0, 160)]))
"""
UNFOLD = "document.querySelectorAll('details').forEach(details => details.open = true)"


def count(browser: Browser, selector: str) -> int:
    return int(browser.evaluate(f"document.querySelectorAll({selector!r}).length"))
