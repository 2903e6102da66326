"""What a browser can tell of a page's accessibility: axe-core's findings, contrasts, focus, the accessibility tree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from playwright.sync_api import Page

from tests.server import ROOT

AXE = ROOT / "bot/web/node_modules/axe-core/axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

LOOKED_AT = {("label-content-name-mismatch", ".reduire")}  # undecided, and right: a cross, named "Réduire Vigie"
_RUN = """async tags => {
  const seen = await axe.run(document, {runOnly: tags, resultTypes: ["violations", "incomplete"], elementRef: true});
  const why = (node) => [...node.any, ...node.all, ...node.none].map((check) => check.message).join("; ");
  return ["violations", "incomplete"].flatMap((kind) => seen[kind].flatMap((rule) => rule.nodes.map((node) => {
    const open = kind === "incomplete" && rule.id === "color-contrast";
    const drawn = open && eye.drawn(node.element);
    return {
      rule: rule.id, target: node.target.flat().join(" "), why: why(node),
      hidden: open && !drawn, contrast: drawn ? eye.textRatio(node.element) : null,
    };
  })));
}"""

# Walks the page through its shadow roots. A ratio is WCAG's contrast ratio (1 to 21); lengths are CSS pixels.
_EYE = r"""
globalThis.eye = (() => {
  const pen = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const known = new Map();
  const rgba = (colour) => {
    if (!known.has(colour)) {
      pen.clearRect(0, 0, 1, 1);
      pen.fillStyle = colour;
      pen.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data;
      known.set(colour, [r, g, b, a / 255]);
    }
    return known.get(colour);
  };
  const over = (top, under) => top.map((part, i) => (i < 3 ? part * top[3] + under[i] * (1 - top[3]) : 1));
  const light = ([r, g, b]) => {
    const linear = (part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4);
    const [x, y, z] = [r, g, b].map(linear);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const ratio = (one, other) => {
    const [a, b] = [light(one), light(other)].sort((x, y) => y - x);
    return (a + 0.05) / (b + 0.05);
  };
  const parent = (node) => node.parentElement ?? node.getRootNode().host ?? null;
  const up = (node) => (node ? [node, ...up(parent(node))] : []);

  /** What the window itself is painted with, dark where the page lets it be. */
  const canvas = () => {
    const probe = document.documentElement.appendChild(document.createElement("i"));
    probe.style.backgroundColor = "Canvas";
    const colour = rgba(getComputedStyle(probe).backgroundColor);
    probe.remove();
    return colour;
  };
  /** The colour painted behind what `node` holds; a picture or a gradient cannot be measured. */
  const behind = (node) => {
    const layers = [];
    for (const one of up(node)) {
      const look = getComputedStyle(one);
      if (look.backgroundImage !== "none") throw new Error(`a picture is behind ${name(node)}`);
      layers.unshift(rgba(look.backgroundColor));
    }
    return layers.reduce((under, layer) => over(layer, under), canvas());
  };
  const name = (node) => {
    const said = (node.getAttribute("aria-label") ?? node.textContent).trim().replace(/\s+/g, " ").slice(0, 40);
    return `${node.localName}${node.className ? "." + String(node.className).split(" ").join(".") : ""} "${said}"`;
  };
  const all = (root = document) =>
    [...root.querySelectorAll("*")].flatMap((node) => [node, ...(node.shadowRoot ? all(node.shadowRoot) : [])]);
  const shown = (node) => {
    const box = node.getBoundingClientRect();
    return node.checkVisibility({ visibilityProperty: true }) && box.width > 0 && box.height > 0;
  };
  const read = (node) => up(node).some((one) => getComputedStyle(one).clipPath !== "none"); // for screen readers only
  const drawn = (node) => all().includes(node) && shown(node) && !read(node);
  const textRatio = (node) => {
    if (up(node).some((one) => Number(getComputedStyle(one).opacity) < 1)) {
      throw new Error(`${name(node)} is see-through`);
    }
    const back = behind(node);
    return ratio(over(rgba(getComputedStyle(node).color), back), back);
  };

  /** [name, contrast] of every text that is seen. */
  const texts = () =>
    all()
      .filter((node) => shown(node) && !read(node))
      .filter((node) => ["TEXTAREA", "SELECT"].includes(node.tagName)
        || [...node.childNodes].some((child) => child.nodeType === Node.TEXT_NODE && child.data.trim()))
      .map((node) => [name(node), textRatio(node)]);

  const edge = (node) => {
    const look = getComputedStyle(node);
    const around = behind(parent(node));
    const sides = ["Top", "Right", "Bottom", "Left"].filter(
      (side) => parseFloat(look[`border${side}Width`]) >= 1 && look[`border${side}Style`] !== "none",
    );
    const contrast = (side) => ratio(over(rgba(look[`border${side}Color`]), around), around);
    const weakest = Math.min(...sides.map(contrast));
    return { sides: sides.length, weakest, filled: ratio(behind(node), around) };
  };
  const BARE = ".source, form > details"; // told by their triangle, not by a border
  const CONTROLS = "button, textarea, select, input, summary, .documents a, .emporter a, a.bouton, .marques span";
  /** [name, number of bordered sides, contrast of the weakest against what is around, contrast of the filling]. */
  const edges = () =>
    all()
      .filter((node) => node.matches(CONTROLS) && shown(node) && !read(node))
      .filter((node) => !up(node).some((one) => one.matches(BARE) && node.localName === "summary"))
      .map((node) => [name(node), edge(node).sides, edge(node).weakest, edge(node).filled]);

  /** What Tab should meet, in reading order. */
  const stops = (root = document.body) =>
    all(root).filter((node) => node.tabIndex >= 0 && !node.disabled && shown(node) && node.localName !== "vigie-chat");
  const active = () => {
    let node = document.activeElement;
    while (node?.shadowRoot?.activeElement) node = node.shadowRoot.activeElement;
    return node === document.body ? null : node;
  };

  /** How the focused element shows it: the outline, what cuts it, and whether something lies over it. */
  const ring = () => {
    const node = active();
    const look = getComputedStyle(node);
    const width = look.outlineStyle === "none" ? 0 : parseFloat(look.outlineWidth);
    const offset = parseFloat(look.outlineOffset);
    const box = node.getBoundingClientRect();
    const grown = offset + width;
    const [left, top, right, bottom] = [box.left - grown, box.top - grown, box.right + grown, box.bottom + grown];
    const outer = { left, top, right, bottom };
    const cut = [];
    const clip = (where, frame) => {
      for (const side of ["left", "top"]) if (outer[side] < frame[side] - 0.5) cut.push(`${side} by ${where}`);
      for (const side of ["right", "bottom"]) if (outer[side] > frame[side] + 0.5) cut.push(`${side} by ${where}`);
    };
    const fixed = look.position === "fixed";
    for (const one of fixed ? [] : up(parent(node))) {
      const style = getComputedStyle(one);
      if (one === document.documentElement || one === document.body || style.overflow === "visible") continue;
      const frame = one.getBoundingClientRect();
      const [x, y] = [frame.left + one.clientLeft, frame.top + one.clientTop];
      clip(name(one).split(" ")[0], { left: x, top: y, right: x + one.clientWidth, bottom: y + one.clientHeight });
      if (style.position === "fixed") break;
    }
    // In a field of several lines a browser scrolls to the caret, not to the whole field.
    if (node.localName !== "textarea") {
      clip("window", { left: 0, top: 0, right: document.documentElement.clientWidth, bottom: innerHeight });
    }
    const first = node.getClientRects()[0];
    const [x, y] = [first.left + first.width / 2, first.top + Math.min(first.height / 2, 20)];
    const met = node.getRootNode().elementFromPoint(x, y);
    const back = behind(offset < 0 ? node : parent(node));
    return {
      name: name(node), width, cut,
      contrast: ratio(over(rgba(look.outlineColor), back), back),
      covered: !node.contains(met) && (met ? name(met) : "nothing"),
      clip: { x: Math.max(0, left), y: Math.max(0, top), width: right - Math.max(0, left),
              height: bottom - Math.max(0, top) },
    };
  };

  /** [name, width, height, whether it stands in a sentence] of every target. */
  const targets = () =>
    stops().filter((node) => !read(node)).map((node) => {
      const box = node.getBoundingClientRect();
      const sentence = node.localName === "a" && getComputedStyle(node).display === "inline"
        && parent(node).textContent.trim().length > node.textContent.trim().length;
      return [name(node), box.width, box.height, sentence];
    });

  return { all, shown, read, drawn, name, texts, textRatio, edges, stops, active, ring, targets, rgba, ratio, behind };
})();
"""


@dataclass(frozen=True)
class Finding:
    """What axe-core says of one element: the rule, the element and why."""

    rule: str
    target: str
    why: str


def audit(page: Page) -> list[Finding]:
    """Violations of axe-core in the page as it stands; a contrast that it could not decide is measured (4.5 expected).

    Whatever else axe-core leaves undecided is returned too: somebody has to look at it.
    """
    page.evaluate(_axe())
    page.evaluate(_EYE)
    found = page.evaluate(_RUN, TAGS)
    findings = []
    for one in found:
        if (one["rule"], one["target"].split()[-1]) in LOOKED_AT:
            continue
        if one["hidden"] or (one["contrast"] or 0) >= 4.5:
            continue
        measured = f" (measured: {one['contrast']:.2f})" if one["contrast"] else ""
        findings.append(Finding(one["rule"], one["target"], one["why"] + measured))
    return findings


def look(page: Page, what: str) -> Any:
    """The value of `eye.what` in the page: "texts()", "edges()", "targets()", "ring()"."""
    page.evaluate(_EYE)
    return page.evaluate(f"() => eye.{what}")


@dataclass(frozen=True)
class Node:
    """A node of the accessibility tree, as Chromium gives it to a screen reader."""

    role: str
    name: str
    description: str
    live: str
    inside: tuple[str, ...]  # roles and names of what holds it, "group Choix proposés", the outermost first


def tree(page: Page) -> list[Node]:
    """The accessibility tree in reading order, without what a screen reader passes over."""
    client = page.context.new_cdp_session(page)
    try:
        nodes = client.send("Accessibility.getFullAXTree")["nodes"]
    finally:
        client.detach()
    by_id = {node["nodeId"]: node for node in nodes}
    root = next(node for node in nodes if "parentId" not in node)
    return list(_walk(root, by_id, ()))


def _walk(node: dict[str, Any], by_id: dict[str, dict[str, Any]], inside: tuple[str, ...]) -> Iterator[Node]:
    role = str(node.get("role", {}).get("value", ""))
    name = str(node.get("name", {}).get("value", ""))
    if not node.get("ignored") and role != "InlineTextBox":
        live = next((str(one["value"]["value"]) for one in node.get("properties", []) if one["name"] == "live"), "")
        yield Node(role, name, str(node.get("description", {}).get("value", "")), live, inside)
        inside = (*inside, f"{role} {name}".strip())
    for child in node.get("childIds", []):
        if child in by_id:
            yield from _walk(by_id[child], by_id, inside)


@cache
def _axe() -> str:
    return AXE.read_text(encoding="utf-8")
