// Practising alone: what is typed stays in this page's memory; the server reads it again whole at each line and keeps nothing.
import { el } from "./dom.ts";
import { act, post, say, the, type Answer, type Pause, type Scenario, type Turn } from "./formation-data.ts";
import { debriefOf } from "./formation-debrief.ts";
import { moved, readingOf } from "./formation-reading.ts";

const SILENCE = "...";
const MOST = 14_000; // bytes of all the lines: the server reads no longer request

export class Practise {
  private readonly scenario: Scenario;
  private readonly form = the<HTMLFormElement>("#dire");
  private readonly field = the<HTMLTextAreaElement>("#ligne");
  private readonly log = the("#entrainement .fil");
  private readonly state = the("#dire .etat");
  private readonly result = the("#bilan");
  private readonly aside = the<HTMLDialogElement>("#hors-jeu");
  private readonly plain = the("#pourquoi-pause").textContent;
  private lines: string[] = [];
  private busy = false;
  private saved = false;
  private session = 0; // an answer to a session that was left is not shown in the next

  constructor(scenario: Scenario) {
    this.scenario = scenario;
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.speak();
    });
    this.field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.form.requestSubmit();
    });
    act("silence", () => void this.speak(SILENCE));
    act("arreter", () => void this.stop());
    act("recommencer", () => {
      this.begin();
      this.field.focus();
    });
    act("ca-ne-va-pas", () => this.stepAside());
    this.aside.addEventListener("close", () => !this.form.hidden && this.field.focus());
    act("reprendre", () => this.aside.close());
    act("arreter-la", () => {
      this.aside.close();
      if (this.lines.length) void this.stop();
      else location.replace("#presentation");
    });
    for (const button of document.querySelectorAll<HTMLElement>("[data-fichier]")) {
      button.addEventListener("click", () => void this.download(button.dataset.fichier ?? ""));
    }
    addEventListener("beforeunload", (event) => {
      if (this.lines.length && !this.saved) event.preventDefault();
    });
    // Back from the history: what was typed is gone.
    addEventListener("pageshow", (event) => event.persisted && this.begin());
  }

  /** A new session, at the young person's first line. */
  begin(): void {
    this.session += 1;
    this.lines = [];
    this.busy = this.saved = false;
    this.field.value = "";
    this.result.hidden = true;
    this.form.hidden = false;
    this.log.replaceChildren(this.said(this.scenario.opening));
    this.count();
  }

  private count(): void {
    this.state.textContent = say("reste", { n: this.lines.length + 1, total: this.scenario.most });
  }

  private async speak(line = this.field.value.trim()): Promise<void> {
    if (this.busy) return;
    if (!line) return this.tell(say("vide"));
    const lines = [...this.lines, line];
    if (new TextEncoder().encode(JSON.stringify(lines)).length > MOST) return this.tell(say("trop_long"));
    this.tell(say("attente", { prenom: this.scenario.name }));
    const answer = await this.ask({ lines }, (pourquoi) => this.tell(say("refuse", { pourquoi })));
    if (!answer) return;
    // What was typed meanwhile stays.
    if (this.field.value.trim() === line) this.field.value = "";
    if (answer.why) return this.pause(answer.why);
    if (!answer.turn) return;
    this.lines = lines;
    this.saved = false;
    this.log.append(this.mine(answer.turn, lines.length));
    if (answer.turn.reply) this.log.append(this.said(answer.turn.reply));
    if (answer.ended) return this.finish(answer);
    this.count();
    this.form.scrollIntoView({ block: "end" });
  }

  /** The server's answer, undefined when it does not come (`complain` gets why) or comes too late. */
  private async ask(body: object, complain: (why: string) => void): Promise<Answer | undefined> {
    const { session } = this;
    this.busy = true;
    try {
      const answer = (await (await post(`${this.scenario.id}/essai`, body)).json()) as Answer;
      return session === this.session ? answer : undefined;
    } catch (error) {
      if (session === this.session) complain((error as Error).message);
      return undefined;
    } finally {
      if (session === this.session) this.busy = false;
    }
  }

  private tell(text: string): void {
    this.state.textContent = text;
  }

  private async stop(): Promise<void> {
    if (!this.result.hidden || this.busy) return;
    if (!this.lines.length) return this.tell(say("bilan.vide"));
    const answer = await this.ask({ lines: this.lines, debrief: true }, (pourquoi) => this.tell(say("bilan_refuse", { pourquoi })));
    if (answer) this.finish(answer);
  }

  private finish(answer: Answer): void {
    const { name } = this.scenario;
    the("#fin-seance").textContent = say(`fins.${answer.ended ?? "arret"}`, { prenom: name });
    the("#bilan-texte").replaceChildren(...(answer.debrief ? debriefOf(answer.debrief, this.scenario) : []));
    the("#etat-fichier").textContent = "";
    this.form.hidden = true;
    this.result.hidden = false;
    the("#titre-bilan").focus();
  }

  /** The line that was typed left the exercise: it is not counted, nor sent again. */
  private pause(why: Pause): void {
    this.count();
    if (why === "demande" && this.lines.length) void this.stop();
    else this.stepAside(why);
  }

  private stepAside(why: Pause = null): void {
    // Danger first: the number to call comes before the others.
    const [first, other] = ["17", "119"].map((number) => the(`a[href="tel:${number}"]`, this.aside).closest("li") as HTMLElement);
    if (why === "danger") other?.before(first as Node);
    else first?.before(other as Node);
    the("#vraie-situation").hidden = why !== "danger" && why !== "aide";
    the("#pourquoi-pause").textContent = why && why !== "aide" ? say(`pauses.${why}`, { prenom: this.scenario.name }) : this.plain;
    the("[data-geste=arreter-la]", this.aside).hidden = this.form.hidden;
    this.aside.showModal();
    the("#titre-hors-jeu").focus();
  }

  private said(text: string): HTMLElement {
    return el("div", { class: "jeune" }, el("p", { class: "qui" }, this.scenario.name), el("p", {}, text));
  }

  private mine(turn: Turn, number: number): HTMLElement {
    const { steps } = this.scenario;
    const touched = turn.steps.map((step) => say("etape", { n: step, titre: steps[step - 1] ?? "" })).join(", ");
    return el(
      "div",
      { class: "moi" },
      el("p", { class: "qui" }, `${say("vous")}, ${say("une_phrase", { n: number })}`),
      el("p", { class: "ligne" }, turn.line),
      el(
        "details",
        { class: "retour" },
        el("summary", {}, say("retour")),
        ...readingOf(turn.reading),
        el("p", {}, moved(turn.change, this.scenario.name)),
        ...turn.cases.map((one) => el("p", { class: "note" }, one)),
        !!touched && el("p", { class: "note" }, say("etapes_touchees", { etapes: touched })),
      ),
    );
  }

  private async download(file: string): Promise<void> {
    const state = the("#etat-fichier");
    try {
      const answer = await post(`${this.scenario.id}/${file}`, { lines: this.lines });
      const href = URL.createObjectURL(await answer.blob());
      el("a", { href, download: `vigie_${this.scenario.id}_${file}` }).click();
      setTimeout(() => URL.revokeObjectURL(href), 10_000);
      this.saved ||= !file.endsWith("json");
      state.textContent = say(file.endsWith("json") ? "telecharge_seance" : "telecharge");
    } catch (error) {
      state.textContent = say("telechargement_refuse", { pourquoi: (error as Error).message });
    }
  }
}
