// The projection and the trainer's notes: two windows of one page, kept in step by a BroadcastChannel. The notes are never drawn
// in the projected window.
import { el, prose } from "./dom.ts";
import { act, say, the, type Moment, type Scenario } from "./formation-data.ts";

type Place = { at: number; hints: boolean };
type Word = Place & { from: "projection" | "notes"; hello?: boolean };

const LONG = 190; // characters, beyond which a text is projected smaller
const VERY_LONG = 400;
const FORWARD = new Set([" ", "ArrowRight", "PageDown"]); // the last two: remote controls
const BACKWARD = new Set(["ArrowLeft", "PageUp"]);
const SPOKEN = new Set(["recit", "jeune", "pro", "pro2"]);
const TITLES = new Set(["buts", "cadre", "situation", "retenir", "discuter", "fin"]);

export class Play {
  private readonly scenario: Scenario;
  private readonly channel: BroadcastChannel;
  private place: Place = { at: 0, hints: false };
  private role: "projection" | "notes" | undefined;
  private root: HTMLElement = document.body;
  private began = 0;
  private followed = false;

  constructor(scenario: Scenario) {
    this.scenario = scenario;
    this.channel = new BroadcastChannel(`vigie-formation-${scenario.id}`);
    this.channel.addEventListener("message", (event) => this.hear(event.data as Word));
    document.addEventListener("keydown", (event) => this.key(event));
    document.addEventListener("fullscreenchange", () => this.nameScreen());
    for (const root of [the("#jouer"), the("#notes")]) {
      act("avancer", () => this.go(1), root);
      act("reculer", () => this.go(-1), root);
      act("pistes", () => this.toggle(), root);
    }
    act("notes", () => this.openNotes());
    act("ecran", () => void this.toggleScreen());
    setInterval(() => this.clock(), 15_000);
  }

  /** Show this window as the projection or the notes; undefined: neither. `again`: it was so before, and asks where it stood. */
  become(role: "projection" | "notes" | undefined, again = false): void {
    const before = this.role;
    this.role = role;
    if (!role) {
      if (before === "projection" && document.fullscreenElement) void document.exitFullscreen();
      return;
    }
    if (before !== role) this.place = { at: 0, hints: false };
    this.root = the(role === "notes" ? "#notes" : "#jouer");
    this.began = 0;
    this.followed = false;
    this.draw();
    this.nameScreen();
    this.tell(again || role === "notes"); // a projection that begins takes the notes along
  }

  private go(by: number): void {
    const at = Math.min(Math.max(this.place.at + by, 0), this.scenario.moments.length - 1);
    if (at === this.place.at) return;
    this.place = { at, hints: false };
    if (at > 0) this.began ||= Date.now();
    this.draw();
    this.tell();
  }

  private toggle(): void {
    if (!this.moment.hints.length) return;
    this.place = { ...this.place, hints: !this.place.hints };
    this.draw();
    this.tell();
  }

  private tell(hello = false): void {
    if (this.role) this.channel.postMessage({ ...this.place, from: this.role, hello } satisfies Word);
  }

  private hear(word: Word): void {
    if (!this.role || word.from === this.role) return;
    this.followed = true;
    if (word.hello) return this.tell();
    this.place = { at: word.at, hints: word.hints };
    if (word.at > 0) this.began ||= Date.now();
    this.draw();
  }

  private key(event: KeyboardEvent): void {
    if (!this.role || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    const { key } = event;
    // The space bar presses what has the focus.
    if (key === " " && (event.target as Element).closest("button, a, summary")) return;
    if (FORWARD.has(key)) this.go(1);
    else if (BACKWARD.has(key)) this.go(-1);
    else if (key === "ArrowDown" && this.role === "projection" && this.moment.hints.length && !this.place.hints) this.toggle();
    else return;
    event.preventDefault();
  }

  private get moment(): Moment {
    return this.scenario.moments[this.place.at] as Moment;
  }

  private draw(): void {
    const { moments } = this.scenario;
    const { at, hints } = this.place;
    const count = { n: at + 1, total: moments.length };
    the(".compteur", this.root).textContent = say("compteur", count);
    const button = (gesture: string) => the<HTMLButtonElement>(`[data-geste="${gesture}"]`, this.root);
    const shown = the(".moment", this.root);
    const more = button("pistes");
    const [back, on] = [button("reculer"), button("avancer")];
    // A button that is switched off or hidden would drop the focus out of the page.
    const lost = [at === 0 && back, at === moments.length - 1 && on, !this.moment.hints.length && more].includes(document.activeElement as HTMLButtonElement);
    if (lost) this.rest();
    back.disabled = at === 0;
    on.disabled = at === moments.length - 1;
    more.hidden = !this.moment.hints.length;
    more.textContent = say(hints ? "masquer_pistes" : "montrer_pistes");
    if (this.role === "notes") {
      shown.replaceChildren(...this.noted(moments[at + 1]));
      const [link, told] = [the("#lien-projection"), say(this.followed ? "notes_suivies" : "notes_seules")];
      if (link.textContent !== told) link.textContent = told; // said once, not at every moment
      this.clock();
      return;
    }
    the(".avancee > span", this.root).style.width = `${(100 * count.n) / count.total}%`;
    shown.replaceChildren(...this.projected(this.moment, hints));
    shown.dataset.genre = this.moment.kind;
    shown.dataset.taille = size(this.moment, hints);
    the(".avant", this.root).replaceChildren(...this.before());
    the(".scene", this.root).scrollTop = 0;
    the(".etat", this.root).textContent = "";
  }

  /** Put the focus on what is read, so that the space bar goes on. */
  private rest(): void {
    the(this.role === "notes" ? "#notes" : "#scene").focus();
  }

  /** What was said just before, small: an answer or a question makes sense beside it. */
  private before(): Node[] {
    const { moments } = this.scenario;
    const kind = this.moment.kind;
    const last = moments[this.place.at - 1];
    if (!last || kind === "recit" || !(SPOKEN.has(kind) || kind === "pause") || !SPOKEN.has(last.kind)) return [];
    return last.kind === "recit" ? [el("p", {}, last.text)] : [el("p", {}, el("strong", {}, this.who(last)), ` : ${last.text}`)];
  }

  private who(moment: Moment): string {
    const { name, age } = this.scenario;
    return moment.kind === "jeune" ? say("jeune", { prenom: name, age }) : say(moment.kind);
  }

  /** What the group sees. */
  private projected(moment: Moment, hints: boolean): Node[] {
    const { kind, text, items, source } = moment;
    if (TITLES.has(kind)) {
      return [
        el("h2", {}, say(`projection.${kind}`)),
        ...(items.length ? [el("ul", {}, ...items.map((item) => el("li", {}, item)))] : []),
        ...(text ? prose(text) : []),
        ...(source ? [el("p", { class: "source" }, say("source", { source }))] : []),
      ];
    }
    if (kind === "pause") {
      return [
        el("h2", { class: "qui" }, say("a_vous")),
        el("p", { class: "a-discuter" }, text),
        ...(hints ? [el("h3", {}, say("pistes")), el("ul", {}, ...moment.hints.map((hint) => el("li", {}, hint)))] : []),
      ];
    }
    if (kind === "recit") return [el("p", { class: "recit" }, text)];
    const step = moment.step ? say("etape", { n: moment.step, titre: this.scenario.steps[moment.step - 1] ?? "" }) : "";
    return [
      el(
        "p",
        { class: "qui" },
        this.who(moment),
        !!step && el("span", { class: "etiquette" }, step),
        moment.clumsy && el("span", { class: "etiquette eviter" }, say("eviter")),
      ),
      el("p", { class: "parole" }, text),
    ];
  }

  /** What the trainer reads: what is on the screen, the notes, the hints, what comes next. */
  private noted(next: Moment | undefined): Node[] {
    const moment = this.moment;
    return [
      el("div", { class: "ecran" }, ...this.projected(moment, false)),
      el("p", { class: "notes-moment" }, moment.notes || say("sans_note")),
      ...(moment.hints.length ? [el("h2", {}, say("pistes")), el("ul", {}, ...moment.hints.map((hint) => el("li", {}, hint)))] : []),
      el("h2", {}, say("ensuite")),
      el("p", { class: "note" }, next ? this.brief(next) : say("derniere")),
    ];
  }

  private brief(moment: Moment): string {
    if (TITLES.has(moment.kind)) return say(`projection.${moment.kind}`);
    const who = moment.kind === "pause" ? say("a_vous") : moment.kind === "recit" ? "" : this.who(moment);
    return who ? `${who} : ${moment.text}` : moment.text;
  }

  private clock(): void {
    if (this.role !== "notes") return;
    const n = this.began ? Math.floor((Date.now() - this.began) / 60_000) : 0;
    the(".duree", this.root).textContent = say("minutes", { n, total: this.scenario.minutes });
  }

  private openNotes(): void {
    const size = "popup,width=760,height=820";
    const opened = window.open(`${location.pathname}#notes`, "vigie-notes", size);
    the(".etat", this.root).textContent = say(opened ? "notes_ouvertes" : "notes_bloquees");
    this.rest();
  }

  private async toggleScreen(): Promise<void> {
    if (document.fullscreenElement) await document.exitFullscreen();
    else await document.documentElement.requestFullscreen().catch(() => undefined);
    this.rest();
  }

  private nameScreen(): void {
    const button = the("#jouer [data-geste=ecran]");
    button.hidden = !document.fullscreenEnabled;
    button.textContent = say(document.fullscreenElement ? "fenetre" : "plein_ecran");
  }
}

function size(moment: Moment, hints: boolean): string {
  const length = [moment.text, ...moment.items, ...(hints ? moment.hints : [])].join(" ").length;
  return length > VERY_LONG ? "petite" : length > LONG ? "moyenne" : "grande";
}
