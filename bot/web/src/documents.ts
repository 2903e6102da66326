// The documents to take away: links under an answer and in the menu; the recap is asked for with the keys of the answers.
import texts from "../../../data/interface.json";
import { away, el } from "./dom.ts";

const FORMATS = ["pdf", "docx"] as const;
const CONTACTS = "fiche_contacts";
const RECAP = "recapitulatif";
const MODEL = "ecrit_protection";
const OF_A_MINOR = /^urgence\/(jeune_|mineur_)/;
const TITLES: Record<string, string> = texts.documents_choix;
type Format = (typeof FORMATS)[number];

export class Documents {
  readonly list = el("div", { class: "documents" });
  readonly server: string;
  private readonly complain: (why: string) => void;
  private answers: string[] = [];
  private department: string | undefined;

  /** `server` is Vigie's address, ending with a slash; `complain` gets why a document could not be made. */
  constructor(server: string, complain: (why: string) => void) {
    this.server = server;
    this.complain = complain;
    this.refresh();
  }

  /** An answer was shown: the recap will hold it, and the contacts follow its département. */
  met(answer: string | undefined, department: string | undefined): void {
    if (answer && !this.answers.includes(answer)) this.answers.push(answer);
    this.department = department ?? this.department;
    this.refresh();
  }

  forget(): void {
    this.answers = [];
    this.department = undefined;
    this.refresh();
  }

  /** The documents `ids`, to be put under an answer. */
  offer(ids: string[], department = this.department): HTMLElement {
    return el("ul", { class: "emporter" }, ...ids.map((id) => el("li", {}, ...this.row(id, department))));
  }

  private refresh(): void {
    // A minor's words on a paper that somebody else may find: no recap is offered.
    const shown = Object.keys(TITLES).filter((id) => id !== RECAP || !this.answers.some((key) => OF_A_MINOR.test(key)));
    const rows = shown.map((id) => el("li", {}, ...this.row(id, this.department)));
    this.list.replaceChildren(el("p", { class: "titre", id: "documents" }, texts.documents), el("ul", { "aria-labelledby": "documents" }, ...rows));
  }

  private row(id: string, department: string | undefined): (Node | string)[] {
    const title = TITLES[id] ?? id;
    if (id === CONTACTS && !department) return [`${title} : `, el("span", { class: "note" }, texts.contacts_lieu)];
    if (id === RECAP && !this.answers.length) return [`${title} : `, el("span", { class: "note" }, texts.recapitulatif_vide)];
    const links = FORMATS.flatMap((format) => [" ", id === RECAP ? this.recap(title, format) : this.link(id, title, format, department)]);
    if (id === MODEL) links.push(" ", away(`${this.server}documents/ecrit`, texts.remplir));
    return [`${title} :`, ...links];
  }

  private link(id: string, title: string, format: Format, department: string | undefined): Node {
    const query = id === CONTACTS ? `?departement=${encodeURIComponent(department ?? "")}` : "";
    const file = `${id}.${format}`;
    const href = `${this.server}documents/${file}${query}`;
    // The name begins with what is seen. A refusal must not take this page's place: the file is fetched, then handed over.
    const link = el("a", { href, download: file, rel: "noopener", "aria-label": `${texts[format]}, ${title}` }, texts[format]);
    link.addEventListener("click", (event) => {
      event.preventDefault();
      void this.download(href, file);
    });
    return link;
  }

  private recap(title: string, format: Format): Node {
    const button = el("button", { type: "button", "aria-label": `${texts[format]}, ${title}` }, texts[format]);
    const body = () => JSON.stringify({ answers: this.answers, department: this.department });
    const file = `${RECAP}.${format}`;
    button.addEventListener("click", () => {
      const request = { method: "POST", headers: { "Content-Type": "application/json" }, body: body() };
      void this.download(`${this.server}documents/${file}`, file, request);
    });
    return button;
  }

  private async download(address: string, file: string, request: RequestInit = {}): Promise<void> {
    const refuse = (why: string) => this.complain(texts.telechargement_refuse.replace("{pourquoi}", why));
    try {
      const answer = await fetch(address, { ...request, credentials: "omit" });
      if (!answer.ok) return refuse(((await answer.json().catch(() => ({}))) as { error?: string }).error ?? String(answer.status));
      const made = URL.createObjectURL(await answer.blob());
      el("a", { href: made, download: `vigie_${file}` }).click();
      setTimeout(() => URL.revokeObjectURL(made), 10_000);
    } catch {
      refuse(texts.sans_reseau);
    }
  }
}
