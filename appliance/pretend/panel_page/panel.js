// Draws the frames the panel sends; presses without leaving the page. Without this file the
// form still works and the page reloads itself every other second.
"use strict";

const lamp = document.getElementById("lamp");
const says = document.getElementById("says");
const todo = document.getElementById("todo");
const words = document.getElementById("words");
const trouble = document.getElementById("trouble");
const form = document.getElementById("press");
let sound = null; // made at the first press: browsers allow no sound before a touch
let tone = null;

function beep(on) {
  if (!sound || on === Boolean(tone)) return;
  if (!on) {
    tone.stop();
    tone = null;
    return;
  }
  tone = new OscillatorNode(sound, { frequency: 1800, type: "square" });
  tone.connect(new GainNode(sound, { gain: 0.05 })).connect(sound.destination);
  tone.start();
}

function draw(frame) {
  trouble.hidden = true;
  lamp.dataset.colour = frame.colour;
  if (says.textContent !== frame.says) { // a screen reader speaks only what is new
    says.textContent = frame.says;
    todo.textContent = frame.todo;
  }
  if (words.textContent !== frame.words) words.textContent = frame.words;
  beep(frame.sounding);
}

const stream = new EventSource("lamp/stream");
stream.onmessage = (message) => draw(JSON.parse(message.data));
stream.onerror = () => { // what the lamp said last may be untrue by now
  lamp.dataset.colour = "dark";
  says.textContent = todo.textContent = "";
  trouble.hidden = false;
  beep(false);
};

async function press() {
  sound ??= new AudioContext();
  try {
    const answer = await fetch("press", { method: "POST", headers: { Accept: "application/json" } });
    trouble.hidden = answer.ok;
  } catch {
    trouble.hidden = false;
  }
}

form.addEventListener("submit", (event) => { event.preventDefault(); press(); });

// the keys also work when the button has no focus; a held key is one press, as on a real button
document.addEventListener("keydown", (event) => {
  if (event.key !== " " && event.key !== "Enter") return;
  if (event.target.closest("summary, .lay")) return;
  event.preventDefault();
  if (!event.repeat) press();
});
// a button is clicked by the space key when it is let go: that press was already counted
document.addEventListener("keyup", (event) => {
  if (event.key === " " && event.target.closest("#press")) event.preventDefault();
});
