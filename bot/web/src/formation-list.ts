// The list of the scenarios: what is chosen hides the others. « Relisez ma phrase »: one line, read by the server, kept nowhere.
import { el } from "./dom.ts";
import { post, say, the, type Reading } from "./formation-data.ts";
import { readingOf } from "./formation-reading.ts";

export function showList(): void {
  const filters = the<HTMLFormElement>("#filtres");
  filters.hidden = false;
  filters.addEventListener("change", choose);
  filters.addEventListener("submit", (event) => event.preventDefault());
  addEventListener("pageshow", choose); // a browser may put the choices back
  const form = the<HTMLFormElement>("#relire");
  const field = the<HTMLTextAreaElement>("#ma-phrase");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void read(field.value.trim());
  });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
}

function choose(): void {
  const chosen = (id: string) => the<HTMLSelectElement>(`#${id}`).value;
  const all = [...document.querySelectorAll<HTMLElement>("#scenarios > li")];
  for (const one of all) {
    const { public: audience = "", famille, duree } = one.dataset;
    const wanted = { public: chosen("public"), famille: chosen("famille"), duree: chosen("duree") };
    one.hidden = !(
      (!wanted.public || audience.split(" ").includes(wanted.public)) &&
      (!wanted.famille || wanted.famille === famille) &&
      (!wanted.duree || wanted.duree === duree)
    );
  }
  const left = all.filter((one) => !one.hidden).length;
  the("#nombre").textContent = left > 1 ? say("trouves", { n: left }) : say(left ? "trouve" : "aucun");
}

async function read(line: string): Promise<void> {
  const shown = the("#relue");
  if (!line) return shown.replaceChildren(el("p", {}, say("vide")));
  try {
    const answer = await post("formation/phrase", { line });
    const reading = (await answer.json()) as Reading;
    shown.replaceChildren(el("blockquote", {}, line), ...readingOf(reading));
  } catch (error) {
    shown.replaceChildren(el("p", {}, say("lecture_refusee", { pourquoi: (error as Error).message })));
  }
}
