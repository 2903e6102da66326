// « Cette réponse vous aide-t-elle ? », once for an answer, below the conversation and outside what is read aloud by itself.
import texts from "../../../data/interface.json";
import type { Said } from "./conversation.ts";
import { el } from "./dom.ts";

const DANGER = /^urgence\//;
const REASONS: Record<string, string> = texts.avis_raisons;

export type Rate = (rating: { answer: string; useful: boolean; reason?: string }) => void;

export class Rating {
  readonly node = el("div", { class: "avis", role: "group", hidden: true });
  private readonly rate: Rate;
  private readonly done: (thanks: string) => void;
  private readonly asked = new Set<string>();
  private answer: string | undefined;
  private unexplained = false; // « Non » was pressed and no reason yet

  /** `rate` counts a rating; `done` gets the thanks, once the buttons are gone. */
  constructor(rate: Rate, done: (thanks: string) => void) {
    this.rate = rate;
    this.done = done;
  }

  /** Ask about the last sourced answer of a turn, unless it was asked before or the turn answers a danger. */
  ask(turn: Said[]): void {
    this.leave();
    const keys = turn.map((said) => said.custom?.answer ?? "");
    const answer = turn.filter((said) => said.custom?.sources?.length).at(-1)?.custom?.answer;
    if (!answer || this.asked.has(answer) || keys.some((key) => DANGER.test(key))) return;
    this.asked.add(answer);
    this.answer = answer;
    this.show(texts.avis, [
      [texts.avis_oui, () => this.send(true)],
      [texts.avis_non, () => this.why()],
    ]);
  }

  /** The next message is on its way: the question goes, and a « Non » without a reason is counted as such. */
  leave(): void {
    if (this.unexplained) this.send(false, undefined, false);
    this.hide();
  }

  /** A new conversation may be asked again. */
  forget(): void {
    this.leave();
    this.asked.clear();
  }

  private why(): void {
    this.unexplained = true;
    this.show(texts.avis_pourquoi, Object.keys(REASONS).map((reason) => [REASONS[reason] ?? reason, () => this.send(false, reason)]));
    this.node.querySelector("button")?.focus(); // the button pressed is gone
  }

  private send(useful: boolean, reason?: string, thank = true): void {
    if (this.answer) this.rate({ answer: this.answer, useful, ...(reason && { reason }) });
    this.hide();
    if (thank) this.done(texts.avis_merci);
  }

  private show(question: string, choices: [string, () => void][]): void {
    const buttons = choices.map(([title, act]) => {
      const button = el("button", { type: "button" }, title);
      button.addEventListener("click", act);
      return button;
    });
    this.node.replaceChildren(el("p", { id: "avis" }, question), ...buttons);
    this.node.setAttribute("aria-labelledby", "avis");
    this.node.hidden = false;
  }

  private hide(): void {
    this.node.hidden = true;
    this.node.replaceChildren();
    this.answer = undefined;
    this.unexplained = false;
  }
}
