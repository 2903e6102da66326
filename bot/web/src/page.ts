// What the pages around the chat need: no trace of them in the history, and Shift three times where there is no chat.
import texts from "../../../data/interface.json";
import { blank, watchShift } from "./leave.ts";

// A link inside the page must not add an entry: "Back", after leaving, would come back to it.
document.addEventListener("click", (event) => {
  const link = (event.target as Element).closest<HTMLAnchorElement>('a[href^="#"]');
  if (!link || event.defaultPrevented) return;
  event.preventDefault();
  location.replace(link.hash);
  document.getElementById(link.hash.slice(1))?.focus();
});

const neutral = document.querySelector<HTMLAnchorElement>("a[data-sortie]")?.href;
if (neutral && !document.querySelector("vigie-chat")) {
  const leave = () => {
    blank(texts.quitter_cours);
    location.replace(neutral);
  };
  const told = document.querySelector("[role=status]");
  watchShift(leave, (left) => {
    if (told) told.textContent = left < 0 ? texts.quitter_annule : texts.quitter_encore.replace("{n}", String(left));
  });
}
