// The pages /formation: the list of the scenarios, and one scenario, whose views take turns (#jouer, #notes, #entrainement).
import { block, the, type Scenario } from "./formation-data.ts";
import { showList } from "./formation-list.ts";
import { Play } from "./formation-play.ts";
import { Practise } from "./formation-practise.ts";

const VIEWS = ["presentation", "jouer", "notes", "entrainement"];

function showScenario(): void {
  const scenario = block<Scenario>("donnees");
  const play = new Play(scenario);
  const practise = new Practise(scenario);

  const show = (first: boolean) => {
    const asked = location.hash.slice(1);
    const view = VIEWS.includes(asked) ? asked : "presentation";
    for (const id of VIEWS) the(`#${id}`).hidden = id !== view;
    play.become(view === "jouer" ? "projection" : view === "notes" ? "notes" : undefined, first && reloaded());
    scrollTo(0, 0);
    // The heading tells where one is; the scene takes the space bar.
    const heading = the(view === "jouer" ? "#scene" : `#${view} h1`);
    heading.tabIndex = -1;
    if (!first || view === "jouer") heading.focus();
  };
  addEventListener("hashchange", () => show(false));
  practise.begin();
  show(true);
}

function reloaded(): boolean {
  return performance.getEntriesByType("navigation").some((one) => (one as PerformanceNavigationTiming).type === "reload");
}

if (document.getElementById("donnees")) showScenario();
else showList();
