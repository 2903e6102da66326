// Nodes and texts only: nothing here reads HTML, so Trusted Types have nothing to refuse.
import texts from "../../../data/interface.json";
import { blocks, unbreakable, type Piece } from "./text.ts";

type Child = Node | string | undefined | false;

/** An element with its attributes (true: present, false or undefined: absent) and its children. */
export function el<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Record<string, string | boolean | undefined> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) node.setAttribute(key, "");
    else if (value) node.setAttribute(key, value);
  }
  const kept = children.filter((child): child is Node | string => !!child);
  node.append(...kept.map((child) => (typeof child === "string" ? unbreakable(child) : child)));
  return node;
}

/** The nodes of an answer's text: paragraphs, lists, links. */
export function prose(text: string): Node[] {
  return blocks(text).map((block) => {
    if (block.kind === "paragraph") {
      return el("p", {}, ...block.lines.flatMap((line, i) => [i > 0 && el("br"), ...line.map(link)]));
    }
    const items = block.items.map((item) => el("li", {}, ...item.map(link)));
    return block.kind === "bullets" ? el("ul", {}, ...items) : el("ol", { start: String(block.start ?? 1) }, ...items);
  });
}

function link(piece: Piece): Node {
  if (!piece.href) return document.createTextNode(unbreakable(piece.text));
  return piece.href.startsWith("http") ? away(piece.href, piece.text) : el("a", { href: piece.href }, piece.text);
}

/** A link that opens elsewhere, and says so: leaving this page would erase the conversation. */
export function away(href: string, title: string): HTMLElement {
  return el("a", { href, rel: "noopener noreferrer", target: "_blank" }, title, el("span", { class: "lu" }, ` ${texts.nouvel_onglet}`));
}
