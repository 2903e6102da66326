// A plain chat over the REST channel: text nodes only, nothing stored, nothing sent elsewhere.
"use strict";

const log = document.getElementById("log");
const status = document.getElementById("status");
const form = document.getElementById("form");
const field = document.getElementById("message");
// Given out by the server with its first answer; kept in this page only.
let sender;

function show(text, mine) {
  const paragraph = document.createElement("p");
  paragraph.textContent = text;
  const block = document.createElement("div");
  block.className = mine ? "message mine" : "message";
  block.append(paragraph);
  log.append(block);
  return block;
}

function offer(buttons, first) {
  const row = document.createElement("div");
  row.className = "choices";
  buttons.forEach((button, i) => {
    const choice = document.createElement("button");
    choice.type = "button";
    choice.textContent = `${first + i}. ${button.title}`;
    choice.addEventListener("click", () => send(button.payload, button.title));
    row.append(choice);
  });
  log.append(row);
}

// A long answer is read from its beginning.
function readFrom(block) {
  log.scrollTop = block.offsetTop - log.offsetTop - 16;
}

let waiting = false;

async function send(message, shown) {
  if (waiting) return;
  waiting = true;
  log.querySelectorAll(".choices button").forEach((button) => { button.disabled = true; });
  const clock = new AbortController();
  const limit = setTimeout(() => clock.abort(), 25000);
  const asked = shown ? show(shown, true) : null;
  if (asked) readFrom(asked);
  status.textContent = "Vigie écrit…";
  try {
    const answer = await fetch("webhooks/rest/webhook", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ sender, message }),
      signal: clock.signal,
    });
    if (answer.status === 403) sender = undefined;
    if (!answer.ok) throw new Error(String(answer.status));
    let number = 1;
    let begins = asked;
    for (const said of await answer.json()) {
      sender = said.recipient_id;
      const block = show(said.text, false);
      begins ??= block;
      if (said.buttons) {
        offer(said.buttons, number);
        number += said.buttons.length;
      }
    }
    if (begins) readFrom(begins);
    status.textContent = "";
  } catch {
    if (shown && !message.startsWith("/") && !field.value) field.value = shown;
    log.querySelectorAll(".choices:last-of-type button").forEach((button) => { button.disabled = false; });
    status.textContent = "Vigie ne répond pas. Réessayez dans un instant ; en cas de danger le 17, à tout moment le 119.";
  }
  clearTimeout(limit);
  waiting = false;
  field.focus();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const text = field.value.trim();
  if (!text || waiting) return;
  field.value = "";
  send(text, text);
});

field.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    form.requestSubmit();
  }
});

// Whoever closes the page leaves nothing on the server either.
addEventListener("pagehide", () => {
  if (sender) navigator.sendBeacon("webhooks/rest/effacer", JSON.stringify({ sender }));
});

send("bonjour", "");
