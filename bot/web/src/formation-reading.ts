// What Vigie says of a line: its kinds, why, a better wording.
import { el } from "./dom.ts";
import { say, type Change, type Finding, type Reading } from "./formation-data.ts";

/** The nodes that show `reading`. */
export function readingOf(reading: Reading): Node[] {
  const verdict = el("p", { class: `verdict ${reading.verdict}` }, say(reading.verdict === "inconnu" && reading.found.length ? "hesite" : reading.verdict));
  return reading.found.length ? [verdict, el("ul", { class: "genres" }, ...reading.found.map(finding))] : [verdict];
}

function finding(one: Finding): HTMLElement {
  return el(
    "li",
    { class: one.verdict },
    el("p", {}, el("strong", {}, `${one.title}.`), ` ${one.why}`),
    !!one.words && one.verdict === "ameliorer" && el("p", { class: "note" }, `${say("passage")} « ${one.words} »`),
    ...(one.verdict === "ameliorer" ? one.better.map(betterThan) : []),
  );
}

/** "Plutôt : ...", with the wording that serves better, or an advice that quotes one. */
export function betterThan(wording: string): HTMLElement {
  const quoted = wording.includes("«") ? wording : `« ${wording} »`;
  return el("p", { class: "plutot" }, el("span", {}, say("plutot")), ` ${quoted}`);
}

/** What a line did to the young person `prenom`, in words: a figure would look like a mark given to somebody. */
export function moved(change: Change, prenom: string): string {
  const told = (key: string, by: number) => (by ? say(`${key}_${by > 0 ? "plus" : "moins"}`, { prenom }) : "");
  const all = [told("confiance", change.trust), told("ouverture", change.openness), told("peur", change.fear)].filter(Boolean);
  return all.join(" ") || say("rien_bouge", { prenom });
}
