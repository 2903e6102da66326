// What the pages /formation are given (two blocks of JSON in the page) and what the server answers.

/** A moment of the projection, in the order of the page. */
export type Moment = {
  kind: "buts" | "cadre" | "recit" | "jeune" | "pro" | "pro2" | "pause" | "situation" | "retenir" | "discuter" | "fin";
  text: string;
  items: string[];
  hints: string[];
  notes: string;
  step: number | null;
  clumsy: boolean;
  source: string;
};
export type Scenario = { id: string; name: string; age: number; minutes: number; opening: string; most: number; steps: string[]; moments: Moment[] };

export type Finding = { title: string; verdict: "garder" | "ameliorer"; words: string; why: string; better: string[] };
export type Reading = { verdict: "garder" | "ameliorer" | "inconnu"; found: Finding[] };
export type Change = { trust: number; openness: number; fear: number };
export type Turn = { line: string; reply: string; reading: Reading; change: Change; cases: string[]; steps: number[] };
export type Ended = "fin" | "depart" | "pause" | null;
export type Pause = "demande" | "aide" | "detresse" | "danger" | null;
export type Told = { line: number; text: string; why: string; change: Change };
export type Debrief = {
  steps: { title: string; lines: number[]; covered: boolean }[];
  kinds: { title: string; verdict: "garder" | "ameliorer"; count: number; opens: boolean | null }[];
  avoid: { line: number; text: string; words: string; title: string; why: string; better: string }[];
  up: Told | null;
  down: Told | null;
  next: { text: string; source: string }[];
  unread: number[];
  situation: string;
  facts: { text: string; said: boolean }[];
  notes: { text: string; source: string; questions: string[] }[];
};
export type Answer = { turn: Turn | null; ended: Ended; why: Pause; debrief: Debrief | null };

type Texts = { [key: string]: string | Texts };

/** The JSON of the block `id` of the page. */
export function block<T>(id: string): T {
  return JSON.parse(document.getElementById(id)?.textContent ?? "null") as T;
}

const texts = block<Texts>("textes");

/** The text at `path` ("bilan.fois") with its {braces} filled; raises when the page has no such text. */
export function say(path: string, values: Record<string, string | number> = {}): string {
  const found = path.split(".").reduce<string | Texts | undefined>((at, key) => (typeof at === "object" ? at[key] : undefined), texts);
  if (typeof found !== "string") throw new Error(`no text: ${path}`);
  return found.replace(/\{(\w+)\}/g, (whole, key: string) => String(values[key] ?? whole));
}

/** POST `body` to `path`, beside this page; raises an Error whose message may be shown. */
export async function post(path: string, body: unknown): Promise<Response> {
  const request = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  const answer = await fetch(path, { ...request, credentials: "omit" }).catch(() => {
    throw new Error(say("sans_reseau"));
  });
  if (answer.ok) return answer;
  const said = (await answer.json().catch(() => ({}))) as { error?: string };
  throw new Error(said.error ?? `${answer.status}.`);
}

/** The one element of `inside` that `selector` finds; raises when the template has none. */
export function the<T extends HTMLElement>(selector: string, inside: ParentNode = document): T {
  const found = inside.querySelector<T>(selector);
  if (!found) throw new Error(`nothing is ${selector}`);
  return found;
}

/** Do `work` when a button of `inside` with this `data-geste` is pressed. */
export function act(gesture: string, work: () => void, inside: ParentNode = document): void {
  for (const button of inside.querySelectorAll(`[data-geste="${gesture}"]`)) button.addEventListener("click", work);
}
