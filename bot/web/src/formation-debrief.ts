// The end of a practice: the eight steps as a picture, the kinds of sentences, what to avoid, what helped, what to try.
import { el, prose } from "./dom.ts";
import { say, type Debrief, type Scenario, type Told } from "./formation-data.ts";
import { betterThan, moved } from "./formation-reading.ts";

/** The nodes of the debriefing, under headings of level 3. */
export function debriefOf(debrief: Debrief, scenario: Scenario): Node[] {
  const { name } = scenario;
  return [
    title("essayer"),
    el("ul", {}, ...debrief.next.map((one) => el("li", {}, one.text, source(one.source)))),
    title("bouge"),
    el("div", { class: "bouge" }, told("monte", debrief.up, name), told("baisse", debrief.down, name)),
    title("etapes"),
    el("ol", { class: "etapes" }, ...debrief.steps.map(step)),
    title("genres"),
    ...questions(debrief),
    ...(debrief.kinds.length ? [el("ul", { class: "comptes" }, ...debrief.kinds.map(kind))] : [el("p", {}, say("bilan.rien_genre"))]),
    ...(debrief.unread.length ? [el("p", { class: "note" }, lines("pas_lue", debrief.unread))] : []),
    title("dire_autrement"),
    ...(debrief.avoid.length ? [el("ul", { class: "genres" }, ...byLine(debrief.avoid).map(avoided))] : [el("p", {}, say("bilan.rien_ameliorer"))]),
    title("situation", name),
    ...prose(debrief.situation),
    ...(debrief.facts.length ? facts(debrief) : []),
    title("retenir"),
    ...debrief.notes.flatMap(note),
  ];
}

function title(key: string, prenom = ""): HTMLElement {
  return el("h3", {}, say(`bilan.${key}`, { prenom }));
}

function lines(key: string, numbers: number[]): string {
  const list = numbers.length > 1 ? `${numbers.slice(0, -1).join(", ")} ${say("et")} ${numbers.at(-1)}` : String(numbers[0]);
  return say(`bilan.${key}`, { phrases: say(numbers.length > 1 ? "des_phrases" : "une_phrase", { n: list }) });
}

function step(one: Debrief["steps"][number]): HTMLElement {
  const state = one.covered ? "faite" : one.lines.length ? "essayee" : "reste";
  const told = one.lines.length ? lines(one.covered ? "couverte" : "maladroite", one.lines) : say("bilan.pas_couverte");
  return el("li", { class: state }, el("strong", {}, one.title), el("span", {}, told));
}

function kind(one: Debrief["kinds"][number]): HTMLElement {
  // The squares repeat the count for the eye.
  const squares = Array.from({ length: Math.min(one.count, 20) }, () => el("i"));
  return el(
    "li",
    { class: one.verdict },
    el("span", {}, one.title),
    el("span", { class: "carres", "aria-hidden": "true" }, ...squares),
    el("span", { class: "note" }, `${say(one.verdict)}, ${say("bilan.fois", { n: one.count })}`),
  );
}

/** How many questions open, and how many close. */
function questions(debrief: Debrief): Node[] {
  const count = (opens: boolean) => debrief.kinds.filter((one) => one.opens === opens).reduce((sum, one) => sum + one.count, 0);
  const values = { ouvertes: count(true), fermees: count(false) };
  return values.ouvertes + values.fermees ? [el("p", {}, say("bilan.questions", values))] : [];
}

function told(key: "monte" | "baisse", one: Told | null, prenom: string): HTMLElement {
  const head = el("h4", {}, say(`bilan.${key}`));
  if (!one) return el("div", {}, head, el("p", {}, say(`bilan.rien_${key}`)));
  const number = say("phrase", { n: one.line });
  return el("div", {}, head, el("blockquote", {}, one.text), el("p", {}, `${number}. ${moved(one.change, prenom)}`), !!one.why && el("p", { class: "note" }, one.why));
}

function byLine(avoid: Debrief["avoid"]): Debrief["avoid"][] {
  const numbers = [...new Set(avoid.map((one) => one.line))];
  return numbers.map((line) => avoid.filter((one) => one.line === line));
}

/** One line and everything to say otherwise in it. */
function avoided(all: Debrief["avoid"]): HTMLElement {
  const parts = all.flatMap((one) => [
    el("p", {}, el("strong", {}, `${one.title}${one.words ? ` (« ${one.words} »)` : ""}.`), ` ${one.why}`),
    !!one.better && betterThan(one.better),
  ]);
  return el("li", { class: "ameliorer" }, el("blockquote", {}, all[0]?.text), ...parts);
}

function facts(debrief: Debrief): Node[] {
  const one = (fact: Debrief["facts"][number]) =>
    el("li", {}, el("strong", {}, say(fact.said ? "bilan.dit" : "bilan.pas_dit")), ` : ${fact.text}`);
  const untold = debrief.facts.some((fact) => !fact.said);
  return [el("h4", {}, say("bilan.faits")), el("ul", {}, ...debrief.facts.map(one)), ...(untold ? [el("p", { class: "note" }, say("bilan.pas_dit_note"))] : [])];
}

function note(one: Debrief["notes"][number]): Node[] {
  const told = one.text ? [el("div", { class: "retenir" }, ...prose(one.text), source(one.source))] : [];
  if (!one.questions.length) return told;
  return [...told, el("h4", {}, say("bilan.discuter")), el("ul", {}, ...one.questions.map((question) => el("li", {}, question)))];
}

function source(cited: string): HTMLElement | undefined {
  return cited ? el("p", { class: "source" }, say("source", { source: cited })) : undefined;
}
