// <vigie-chat>: the dialogue with Vigie, for any site. One script line adds a floating button; an element placed in the page
// is used where it stands. Attributes: mode (flottant, integre, page), theme (clair, sombre), sortie (address of the
// neutral site), memoire="onglet" (the conversation follows the visitor from page to page of the site), serveur,
// trafic (formation, essai: not counted as real use).
import texts from "../../../data/interface.json";
import { Conversation, Refused, type Choice, type Said, type Step } from "./conversation.ts";
import { away, el, prose } from "./dom.ts";
import { Documents } from "./documents.ts";
import { blank, watchShift } from "./leave.ts";
import { Rating } from "./rating.ts";
import { without } from "./text.ts";
import css from "./style.css";

const SCRIPT = document.currentScript as HTMLScriptElement | null;
const KEPT = "vigie"; // key of sessionStorage, with memoire="onglet" only
const NEUTRAL = "https://meteofrance.com/";
const RETRIES = [2, 4, 8, 15, 30]; // seconds before each new try
const GREETING = "bonjour";

type Line = { mine: string; typed: boolean } | { said: Said };
type Pending = { message: string; shown: string };
type Kept = { id?: string; open: boolean; step?: Step; lines: Line[] };

const sheet = new CSSStyleSheet();
sheet.replaceSync(css);

class VigieChat extends HTMLElement {
  private readonly shadow = this.attachShadow({ mode: "open" });
  private conversation!: Conversation;
  private readonly rating = new Rating(
    (rating) => this.conversation.count("avis", rating),
    (thanks) => {
      this.tell(thanks);
      this.settle(); // the button pressed is gone
    },
  );
  private documents!: Documents;
  private lines: Line[] = [];
  private waiting = false;
  private retry = 0;
  private erased = 0; // conversations wiped so far: an answer to one of them comes too late
  private step: Step | undefined;
  private stopWatching: (() => void) | undefined;

  private readonly log = el("div", { class: "fil", role: "log", tabindex: "0", "aria-label": texts.fil });
  private readonly status = el("p", { class: "etat", role: "status" });
  private readonly trouble = el("div", { class: "coupure", hidden: true });
  private readonly progress = el("div", { class: "etapes", hidden: true });
  // No spell checker: some send what is typed to their maker.
  private readonly field = el("textarea", {
    id: "message", rows: "1", maxlength: "3000", autocomplete: "off", spellcheck: "false", "aria-describedby": "aide", enterkeyhint: "send",
  });
  private readonly form = el(
    "form", {},
    el("label", { for: "message" }, texts.champ),
    el("div", { class: "ligne" }, this.field, el("button", { type: "submit", class: "envoyer" }, texts.envoyer)),
    el("p", { id: "aide", class: "aide" }, texts.aide),
  );
  private launcher: HTMLButtonElement | undefined;
  private panel!: HTMLElement;

  connectedCallback(): void {
    if (!this.panel) {
      const server = new URL(".", this.getAttribute("serveur") ?? SCRIPT?.src ?? location.href).href;
      this.conversation = new Conversation(server, this.getAttribute("trafic"));
      this.documents = new Documents(server, (why) => this.tell(why));
      this.shadow.adoptedStyleSheets = [sheet];
      this.build();
    }
    this.stopWatching = watchShift(() => this.leave(), (left) => this.warn(left));
    addEventListener("pagehide", this.gone);
    addEventListener("pageshow", this.back);
    addEventListener("online", this.again);
    if (!this.launcher) this.begin();
    else if (this.kept()?.open) this.open(false);
  }

  disconnectedCallback(): void {
    this.stopWatching?.();
    removeEventListener("pagehide", this.gone);
    removeEventListener("pageshow", this.back);
    removeEventListener("online", this.again);
    clearTimeout(this.retry);
  }

  // --- what is on the page

  private build(): void {
    const leave = () => this.leave();
    const quit = el("button", { type: "button", class: "quitter", title: texts.quitter_aide }, texts.quitter);
    quit.addEventListener("click", leave);
    // The first thing that a keyboard or a screen reader meets.
    const skip = el("a", { href: this.neutral(), class: "lien-sortie", rel: "noreferrer" }, texts.quitter_lien);
    skip.addEventListener("click", (event) => {
      event.preventDefault();
      leave();
    });
    const floating = (this.getAttribute("mode") ?? "integre") === "flottant";
    const close = floating && el("button", { type: "button", class: "reduire", "aria-label": texts.fermer, title: texts.fermer }, "×");
    if (close) close.addEventListener("click", () => this.close());
    this.panel = el(
      "div", { class: "cadre", role: "region", "aria-label": texts.region, lang: "fr", hidden: floating },
      skip,
      el("div", { class: "entete" }, el("p", { class: "nom" }, texts.nom), this.menu(), quit, close),
      el(
        "p", { class: "urgence" },
        el("span", {}, `${texts.danger} `, el("a", { href: "tel:17" }, "17")), " ",
        el("span", {}, `${texts.enfance} `, el("a", { href: "tel:119" }, "119")),
      ),
      this.progress, this.log, this.rating.node, this.trouble, this.status, this.form,
    );
    this.panel.addEventListener("click", (event) => {
      if ((event.target as Element).closest('a[href="tel:119"]')) this.conversation.count("clic", { what: "119" });
    });
    this.shadow.replaceChildren(this.panel);
    if (floating) {
      this.launcher = el("button", { type: "button", class: "lanceur", "aria-expanded": "false", lang: "fr" }, texts.ouvrir);
      this.launcher.addEventListener("click", () => this.open());
      this.shadow.prepend(this.launcher);
      this.panel.addEventListener("keydown", (event) => {
        if (event.key === "Escape" && !event.defaultPrevented) this.close();
      });
    }
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      const text = this.field.value.trim();
      if (!text) return;
      if (this.waiting) return this.tell(texts.attendez);
      this.field.value = "";
      void this.send({ message: text, shown: text });
    });
    this.field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.form.requestSubmit();
    });
  }

  private menu(): HTMLElement {
    const item = (title: string, act: () => void) => {
      const button = el("button", { type: "button" }, title);
      button.addEventListener("click", () => {
        menu.open = false;
        menu.querySelector("summary")?.focus(); // the button pressed is hidden now
        act();
      });
      return button;
    };
    const menu = el(
      "details", { class: "menu" },
      el("summary", {}, texts.menu),
      el(
        "div", { class: "contenu" },
        this.documents.list,
        el(
          "div", { class: "gestes" },
          item(texts.imprimer, () => this.print()),
          item(texts.recommencer, () => this.restart()),
          away(`${this.documents.server}discretion`, texts.discretion),
        ),
      ),
    );
    menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !menu.open) return;
      event.preventDefault(); // closes the menu, not the whole chat
      menu.open = false;
      menu.querySelector("summary")?.focus();
    });
    // What is behind the open menu would take the focus unseen.
    menu.addEventListener("focusout", (event) => {
      if (event.relatedTarget && !menu.contains(event.relatedTarget as Node)) menu.open = false;
    });
    return menu;
  }

  /** The conversation alone, sources unfolded: the page's own style may hide the rest (see page.css). */
  private print(): void {
    const folded = [...this.log.querySelectorAll<HTMLDetailsElement>("details.source:not([open])")];
    const root = document.documentElement;
    folded.forEach((source) => (source.open = true));
    root.classList.add("vigie-imprime");
    addEventListener("afterprint", () => {
      folded.forEach((source) => (source.open = false));
      root.classList.remove("vigie-imprime");
    }, { once: true });
    print();
  }

  private open(focus = true): void {
    this.panel.hidden = false;
    this.launcher?.setAttribute("aria-expanded", "true");
    this.begin();
    if (focus) this.settle();
    this.keep();
  }

  /** On a phone the keyboard would cover the answer. */
  private settle(): void {
    (matchMedia("(pointer: fine)").matches ? this.field : this.log).focus();
  }

  private close(): void {
    this.panel.hidden = true;
    this.launcher?.setAttribute("aria-expanded", "false");
    this.launcher?.focus();
    this.keep();
  }

  // --- a turn

  private begin(): void {
    if (this.lines.length || this.waiting) return;
    const kept = this.kept();
    if (!kept?.lines.length) return void this.send({ message: GREETING, shown: "" });
    this.conversation.id = kept.id;
    let number = 1;
    for (const line of kept.lines) {
      if ("mine" in line) this.forgetNumbers();
      number = this.show(line, "mine" in line ? 1 : number);
    }
    this.showProgress(kept.step);
  }

  private async send(pending: Pending, tried = 0): Promise<void> {
    if (this.waiting && !tried) return this.tell(texts.attendez);
    this.waiting = true;
    clearTimeout(this.retry);
    if (this.trouble.contains(this.shadow.activeElement)) this.field.focus(); // its button goes
    this.trouble.hidden = true;
    this.rating.leave();
    if (pending.shown && !tried) this.show({ mine: pending.shown, typed: pending.shown === pending.message });
    const mine = this.lastTurn();
    this.forgetNumbers();
    this.tell(texts.ecrit, true);
    let number = 1;
    let progress: Step | undefined;
    let digression = false;
    const heard: Said[] = [];
    const before = this.erased;
    try {
      const lost = await this.conversation.send(pending.message, (said) => {
        if (before !== this.erased) return;
        heard.push(said);
        number = this.show({ said }, number, mine);
        progress = said.custom?.step ?? progress;
        digression ||= said.custom?.answer === "naviguer/reprise";
      });
      if (before !== this.erased) return;
      if (progress || !digression) this.showProgress(progress);
      this.tell(lost ? texts.nouvelle : "");
      this.log.querySelectorAll(".attente").forEach((mark) => mark.remove());
      this.waiting = false;
      this.rating.ask(heard);
      this.keep();
    } catch (error) {
      if (before === this.erased) this.fail(pending, tried, error, heard.length);
    }
  }

  /** Nothing typed is lost: the message is tried again, by itself or at a press; a refusal says why. */
  private fail(pending: Pending, tried: number, error: unknown, heard: number): void {
    const why = error instanceof Refused ? error.message : "";
    const wait = error instanceof Refused ? error.wait : RETRIES[tried];
    // An answer cut in the middle was understood: asking again by itself could move a path twice.
    const alone = wait && tried < RETRIES.length && !heard;
    const press = el("button", { type: "button" }, texts.reessayer);
    press.addEventListener("click", () => void this.send(pending, tried + 1));
    const kept = pending.shown ? ` ${texts.gardee}` : "";
    const next = alone ? texts.coupure.replace("{n}", String(wait)) : texts.abandon;
    const said = why || (heard ? texts.partielle : texts.muette + kept + next);
    if (!why && !this.conversation.id) {
      // A browser hides why another site's request fails: whoever installs reads it here.
      console.error(`Vigie: no answer from ${this.documents.server}. Is ${location.origin} in VIGIE_ORIGINS, and Vigie in connect-src?`);
    }
    this.trouble.replaceChildren(el("p", { role: "alert" }, said), press);
    this.trouble.hidden = false;
    const last = this.lastTurn()?.querySelector(".moi");
    if (last && !last.querySelector(".attente") && !heard) last.append(el("span", { class: "attente" }, texts.non_envoye));
    this.tell("");
    this.waiting = !!alone;
    if (alone) this.retry = window.setTimeout(() => void this.send(pending, tried + 1), wait * 1000);
  }

  private readonly again = (): void => {
    if (!this.trouble.hidden) this.trouble.querySelector("button")?.click();
  };

  // --- what is said

  /** Show a line of the conversation; the number that the next choice will bear. */
  private show(line: Line, number = 1, after?: HTMLElement): number {
    this.lines.push(line);
    if ("mine" in line) {
      if (!line.mine) return number; // typed, on a page before this one
      const turn = el("div", { class: "tour" }, el("div", { class: "moi" }, hear(texts.vous), el("p", {}, line.mine)));
      this.log.append(turn);
      this.readFrom(turn);
      return number;
    }
    const { text, buttons = [], custom = {} } = line.said;
    const { source, documents, helpline } = custom.lines ?? {};
    const block = el("div", { class: "vigie" }, hear(texts.vigie), ...prose(without(text, [source, documents, helpline])));
    // A courtesy states no fact: it has no place in a recap.
    this.documents.met(custom.sources && custom.answer, custom.department);
    if (custom.documents) block.append(this.documents.offer(custom.documents.map((one) => one.id), custom.department));
    if (source) block.append(el("details", { class: "source" }, el("summary", {}, texts.source), el("p", {}, source)));
    if (buttons.length) block.append(this.choices(buttons, number));
    if (helpline) block.append(el("p", { class: "rappel" }, ...(prose(helpline)[0]?.childNodes ?? [])));
    this.log.append(block);
    if (!after && this.log.childElementCount === 1) this.readFrom(block);
    if (after) this.readFrom(after);
    return number + buttons.length;
  }

  private choices(buttons: Choice[], first: number): HTMLElement {
    const row = el("div", { class: "choix", role: "group", "aria-label": texts.choix });
    buttons.forEach((choice, i) => {
      const button = el("button", { type: "button" }, el("span", { class: "numero" }, `${first + i}. `), choice.title);
      button.addEventListener("click", () => void this.send({ message: choice.payload, shown: choice.title }));
      row.append(button);
    });
    return row;
  }

  private lastTurn(): HTMLElement | undefined {
    return [...this.log.querySelectorAll<HTMLElement>(".tour")].at(-1);
  }

  /** Only the last turn's choices can be typed by number; the older ones can still be pressed. */
  private forgetNumbers(): void {
    this.log.querySelectorAll(".numero").forEach((number) => number.remove());
  }

  private showProgress(step: Step | undefined): void {
    this.step = step;
    this.progress.hidden = !step;
    if (!step) return;
    const count = texts.etape.replace("{n}", String(step.number)).replace("{total}", String(step.total));
    const marks = Array.from({ length: step.total }, (_, i) => el("span", { class: i < step.number ? "fait" : "reste" }));
    this.progress.replaceChildren(
      el("p", {}, step.title.includes(String(step.number)) ? `${step.title} (${step.number}/${step.total})` : `${count} : ${step.title}`),
      el("div", { class: "marques", "aria-hidden": "true" }, ...marks),
    );
  }

  /** A long answer is read from its beginning, with the question above it. */
  private readFrom(block: HTMLElement): void {
    this.log.scrollTop = block.offsetTop - 8; // from the log's own edge: it is positioned
    // On a very low screen the whole panel scrolls instead of the log.
    this.panel.scrollTop = this.log.offsetTop + block.offsetTop - 8;
    if (matchMedia("(max-height: 26rem)").matches) block.scrollIntoView({ block: "nearest" }); // and the page
  }

  private tell(text: string, busy = false): void {
    this.status.textContent = text;
    this.status.classList.toggle("ecrit", busy);
  }

  // --- leaving

  private neutral(): string {
    const given = this.getAttribute("sortie");
    return given && /^https?:\/\//.test(given) ? given : NEUTRAL;
  }

  private warn(left: number): void {
    this.tell(left < 0 ? texts.quitter_annule : texts.quitter_encore.replace("{n}", String(left)));
  }

  private leave(): void {
    this.wipe();
    blank(texts.quitter_cours);
    location.replace(this.neutral());
  }

  private restart(): void {
    this.wipe();
    this.field.focus();
    void this.send({ message: GREETING, shown: "" });
  }

  private wipe(): void {
    clearTimeout(this.retry);
    this.erased += 1;
    this.conversation.erase();
    this.lines = [];
    this.waiting = false;
    this.field.value = "";
    this.log.replaceChildren();
    this.trouble.hidden = true;
    this.showProgress(undefined);
    this.documents.forget();
    this.rating.forget();
    this.tell("");
    try {
      sessionStorage.removeItem(KEPT);
    } catch {
      // Storage may be forbidden: then nothing was kept.
    }
  }

  // Whoever closes the page leaves nothing on the server, unless the site asked that the conversation follow its visitor.
  private readonly gone = (): void => {
    if (!this.follows()) this.conversation.erase();
  };

  // Back from the history: the page comes with the words of a conversation that is erased.
  private readonly back = (event: PageTransitionEvent): void => {
    if (!event.persisted || this.follows()) return;
    this.wipe();
    if (!this.panel.hidden) this.begin();
  };

  private follows(): boolean {
    return this.getAttribute("memoire") === "onglet";
  }

  /** What Vigie said and the id, never what was typed: only a choice's title tells the visitor's part. */
  private keep(): void {
    if (!this.follows()) return;
    const lines = this.lines.map((line) => ("mine" in line && line.typed ? { ...line, mine: "" } : line));
    const kept: Kept = { id: this.conversation.id, open: !this.panel.hidden, step: this.step, lines };
    try {
      sessionStorage.setItem(KEPT, JSON.stringify(kept));
    } catch {
      // Full or forbidden: the conversation stays in this page.
    }
  }

  private kept(): Kept | undefined {
    try {
      return this.follows() ? JSON.parse(sessionStorage.getItem(KEPT) ?? "null") ?? undefined : undefined;
    } catch {
      return undefined;
    }
  }
}

function hear(name: string): HTMLElement {
  return el("span", { class: "lu" }, `${name} `);
}

// The line pasted twice is one chat.
if (!customElements.get("vigie-chat")) customElements.define("vigie-chat", VigieChat);

// The script line alone is enough: without an element of its own in the page, Vigie floats.
addEventListener("DOMContentLoaded", () => {
  if (!SCRIPT || document.querySelector("vigie-chat")) return;
  const { mode = "flottant", theme, sortie, memoire, trafic } = SCRIPT.dataset;
  document.body.append(el("vigie-chat" as "div", { mode, theme, sortie, memoire, trafic }));
});
