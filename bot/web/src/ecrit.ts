// The page where a written report is filled: what is typed stays in this page. Only the blank model is fetched; the DOCX is
// filled and zipped here, the PDF is the browser's own printing.
import { strFromU8, strToU8, unzipSync, zipSync } from "fflate";
import texts from "../../../data/interface.json";
import { blank, watchShift } from "./leave.ts";

const NEUTRAL = "https://meteofrance.com/";
const MODEL = "ecrit_protection.docx"; // beside this page
const CONTENT = /^word\/document\.xml$/;
const EDGE = /^word\/(?:header|footer)\d*\.xml$/;
const UNWRITABLE = /[\u0000-\u0008\u000b-\u001f\ufffe\uffff]/g; // XML has no place for them: Word would refuse the file
const SECTION = "Heading1"; // style of a section's title
const WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";

// Reading XML asks for a trusted text: the only one given here is the model that this site made.
type Trusted = { createPolicy(name: string, rules: { createHTML(text: string): string }): { createHTML(text: string): string } };
const policy = (window as { trustedTypes?: Trusted }).trustedTypes?.createPolicy("vigie-docx", { createHTML: (text) => text });

const form = document.querySelector("form") as HTMLFormElement;
const fields = [...form.querySelectorAll("textarea")];
const state = document.querySelector<HTMLElement>("[role=status]");

const written = () => fields.some((field) => field.value.trim());

/** The model with its blanks filled, without what speaks to its author: the guide, the hints, the sources. */
async function fill(): Promise<Blob> {
  const answer = await fetch(MODEL);
  if (!answer.ok) throw new Error(String(answer.status));
  if (!written()) return answer.blob();
  const files = unzipSync(new Uint8Array(await answer.arrayBuffer()));
  for (const [name, work] of [[CONTENT, write], [EDGE, clear]] as const) {
    for (const file of Object.keys(files).filter((one) => name.test(one))) {
      const xml = strFromU8(files[file] as Uint8Array);
      const part = new DOMParser().parseFromString(policy?.createHTML(xml) ?? xml, "application/xml");
      work(part);
      files[file] = strToU8(new XMLSerializer().serializeToString(part));
    }
  }
  return new Blob([zipSync(files) as Uint8Array<ArrayBuffer>], { type: answer.headers.get("Content-Type") ?? "" });
}

const all = (inside: Document | Element, name: string) => [...inside.getElementsByTagNameNS(WORD, name)];

/** What lies between the heading of the first blank's section and the last blank; a blank left empty goes with its title. */
function write(content: Document): void {
  for (const field of fields) {
    const control = all(content, "sdt").find((one) => all(one, "tag")[0]?.getAttributeNS(WORD, "val") === field.name);
    if (!control) throw new Error(field.name);
    if (field.hasAttribute("aria-describedby")) control.previousElementSibling?.remove(); // the hint
    if (field.value.trim()) put(content, control, field.value.trim());
    else {
      control.previousElementSibling?.remove(); // the title
      control.remove();
    }
  }
  const filled = all(content, "sdt");
  const [first, last] = [filled[0], filled.at(-1)];
  const style = (node: Element) => all(node, "pStyle")[0]?.getAttributeNS(WORD, "val");
  let start = first?.previousElementSibling;
  while (start && style(start) !== SECTION) start = start.previousElementSibling;
  for (let node = start?.previousElementSibling; node; node = start?.previousElementSibling) node.remove();
  // A section without a blank left has nothing to say.
  const titles = all(content, "p").filter((node) => style(node) === SECTION);
  for (const title of titles) {
    const next = title.nextElementSibling;
    if (!next || next.localName === "sectPr" || style(next) === SECTION) title.remove();
  }
  for (let node = last?.nextElementSibling; node && node.localName !== "sectPr"; node = last?.nextElementSibling) node.remove();
}

/** Headers and footers keep their page numbers only. */
function clear(part: Document): void {
  all(part, "p").forEach((paragraph, i) => (i > 0 ? paragraph.remove() : undefined));
  const numbers = all(part, "fldSimple").length > 0;
  for (const run of all(part, "r")) {
    if (!numbers || all(run, "b").length) run.remove();
  }
}

function put(content: Document, control: Element, text: string): void {
  const inside = all(control, "sdtContent")[0] as Element;
  all(control, "showingPlcHdr")[0]?.remove();
  const look = all(inside, "pPr")[0];
  const make = (name: string) => content.createElementNS(WORD, `w:${name}`);
  const [paragraph, run] = [make("p"), make("r")];
  if (look) paragraph.append(look.cloneNode(true));
  // One paragraph: a plain text control holds no more; its lines are breaks.
  text.split("\n").forEach((line, i) => {
    if (i > 0) run.append(make("br"));
    const words = make("t");
    words.setAttributeNS("http://www.w3.org/XML/1998/namespace", "xml:space", "preserve");
    words.textContent = line.replace(UNWRITABLE, "");
    run.append(words);
  });
  paragraph.append(run);
  inside.replaceChildren(paragraph);
}

async function download(): Promise<void> {
  try {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(await fill());
    link.download = MODEL;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    say("");
  } catch {
    say(texts.telechargement_refuse.replace("{pourquoi}", texts.sans_reseau));
  }
}

function say(text: string): void {
  if (!state) return;
  state.textContent = text;
  if (text) state.scrollIntoView({ block: "nearest" });
}

function wipe(): void {
  say("");
  form.reset();
  for (const field of fields) mirror(field);
}

/** A printed field shows its first lines only: a copy of its text is printed in its place. */
function mirror(field: HTMLTextAreaElement): void {
  const copy = field.nextElementSibling;
  if (copy) copy.textContent = field.value;
}

function leave(): void {
  removeEventListener("beforeunload", hold);
  wipe();
  blank(texts.quitter_cours);
  location.replace(NEUTRAL);
}

function hold(event: BeforeUnloadEvent): void {
  if (written()) event.preventDefault();
}

const act = (name: string, work: () => void) => document.getElementById(name)?.addEventListener("click", work);
act("telecharger", () => void download());
act("imprimer", () => print());
act("effacer", () => {
  if (!written() || confirm(texts.tout_effacer)) wipe();
});
act("quitter", leave);
for (const field of fields) field.addEventListener("input", () => mirror(field));
form.addEventListener("submit", (event) => event.preventDefault());
addEventListener("beforeunload", hold);
// Back from the history or reopened: a browser may put the texts back.
addEventListener("pageshow", wipe);
watchShift(leave, (left) => say(left < 0 ? texts.quitter_annule : texts.quitter_encore.replace("{n}", String(left))));
