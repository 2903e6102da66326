// « Effacer et quitter », after GOV.UK's pattern "Exit this page": a button, a link for assistive technology, Shift three
// times, a blank page at once, then a neutral site in place of this one in the tab.

const PRESSES = 3;
const TIME_TO_PRESS = 5_000; // milliseconds between the first press and the last

/** Blank the whole page at once, under the word `busy`. */
export function blank(busy: string): void {
  const cover = document.createElement("div");
  cover.setAttribute("role", "alert");
  cover.textContent = busy;
  const look = cover.style; // through the object model: a strict CSP refuses style attributes, not this
  Object.assign(look, { position: "fixed", inset: "0", zIndex: "2147483647", background: "#fff", color: "#333", padding: "2rem" });
  document.title = "\u200b";
  document.body.replaceChildren(cover);
}

/** Call `leave` when Shift alone is pressed three times; `tell` gets how many presses are left, or -1 when it is too late. */
export function watchShift(leave: () => void, tell: (left: number) => void): () => void {
  let pressed = 0;
  let alone = false;
  let timer = 0;
  const forget = (late: boolean) => {
    clearTimeout(timer);
    if (late && pressed) tell(-1);
    pressed = 0;
  };
  const down = (event: KeyboardEvent) => {
    // Shift held for a capital letter is no press; a held key repeats.
    alone = event.key === "Shift" && (alone || !event.repeat);
    if (!alone) forget(true);
  };
  const up = (event: KeyboardEvent) => {
    if (event.key !== "Shift" || !alone) return;
    alone = false;
    pressed += 1;
    if (pressed === 1) timer = window.setTimeout(() => forget(true), TIME_TO_PRESS);
    if (pressed >= PRESSES) {
      forget(false);
      leave();
    } else tell(PRESSES - pressed);
  };
  document.addEventListener("keydown", down, true);
  document.addEventListener("keyup", up, true);
  return () => {
    forget(false);
    document.removeEventListener("keydown", down, true);
    document.removeEventListener("keyup", up, true);
  };
}
