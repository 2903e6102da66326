// From the text of an answer to blocks and links: pure, so that Node's own test runner reads it.

export type Piece = { text: string; href?: string };
export type Block = { kind: "paragraph"; lines: Piece[][] } | { kind: "bullets" | "numbers"; items: Piece[][]; start?: number };

const BULLET = /^- /;
const NUMBER = /^(\d{1,2})\. /;

/** Blocks of `text`: paragraphs are parted by blank lines, lists begin their lines with "- " or "1. ". */
export function blocks(text: string): Block[] {
  const found: Block[] = [];
  for (const paragraph of text.split(/\n\s*\n/)) {
    for (const line of paragraph.split("\n")) {
      const number = NUMBER.exec(line);
      const last = found.at(-1);
      if (BULLET.test(line)) {
        if (last?.kind === "bullets") last.items.push(pieces(line.slice(2)));
        else found.push({ kind: "bullets", items: [pieces(line.slice(2))] });
      } else if (number) {
        const rest = pieces(line.slice(number[0].length));
        if (last?.kind === "numbers") last.items.push(rest);
        else found.push({ kind: "numbers", items: [rest], start: Number(number[1]) });
      } else if (last?.kind === "paragraph") last.lines.push(pieces(line));
      else if (line.trim()) found.push({ kind: "paragraph", lines: [pieces(line)] });
    }
    found.push({ kind: "paragraph", lines: [] });
  }
  return found.filter((block) => block.kind !== "paragraph" || block.lines.length);
}

// What follows a number that is an age, a share, an hour, a date: nothing to call.
const NOT_COUNTED = String.raw`(?!\s?(?:ans|mois|%|€|h\b|personnes))`;
const NOT_DATED = String.raw`(?!\s?(?:à \d|et \d|janv|févr|mars|avril|mai\b|juin|juil|août|sept|oct|nov|déc))`;
const LINKS = new RegExp(
  [
    String.raw`(?<url>https?://[^\s«»<>]+[^\s«»<>.,;:!?)])`,
    String.raw`(?<mail>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)`,
    String.raw`(?<long>(?<![\d.])0[1-9](?:[ .\u00a0]?\d{2}){4}(?!\d)|(?<![\d.])0 8\d\d \d\d \d\d \d\d)`,
    String.raw`(?<helpline>(?<![\d\-.,/])(?:116 00[06]|119|3018|3114|3919|11[245])(?![\d\-/]|[.,]\d|\.\w))${NOT_COUNTED}`,
    // 15, 17 and 18 are also ages: only where one is told to call them.
    String.raw`(?<short>(?<=\ble |\bau |\bcall |immédiat, |: |\bou |\), |\(|^)(?:15|17|18)(?![\d\-/.,]\d|\d))${NOT_COUNTED}${NOT_DATED}`,
  ].join("|"),
  "gu",
);

/** `line` cut into plain text and links; only http(s), mailto and tel. */
export function pieces(line: string): Piece[] {
  const found: Piece[] = [];
  let end = 0;
  for (const match of line.matchAll(LINKS)) {
    if (match.index > end) found.push({ text: line.slice(end, match.index) });
    end = match.index + match[0].length;
    const { url, mail } = match.groups ?? {};
    const href = url ?? (mail ? `mailto:${mail}` : `tel:${match[0].replace(/[ .\u00a0]/g, "")}`);
    found.push({ text: match[0], href });
  }
  if (end < line.length) found.push({ text: line.slice(end) });
  return found;
}

/** `text` without the paragraphs `apart`. */
export function without(text: string, apart: (string | undefined)[]): string {
  return text.split("\n\n").filter((paragraph) => !apart.includes(paragraph)).join("\n\n");
}

/** `text` with the no-break spaces of French: no line begins with a colon or ends with an opening guillemet. */
export function unbreakable(text: string): string {
  return text.replace(/ (?=[:;?!»%€])/g, "\u00a0").replace(/« /g, "«\u00a0");
}
