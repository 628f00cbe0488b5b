// Asks the box whether a part of the page has moved. Without JavaScript everything works too,
// by links and buttons; this only spares the volunteer the pressing.
"use strict";
(() => {
  const tags = new Map();
  const offline = document.querySelector("[data-offline]");

  // Pictures that are still shown stay: nothing is fetched or decrypted twice, nothing flickers.
  function swap(place, text) {
    const fresh = document.createElement("template");
    fresh.innerHTML = text;
    const shown = new Map();
    for (const img of place.querySelectorAll("img")) shown.set(img.getAttribute("src"), img);
    const stays = [];
    for (const img of fresh.content.querySelectorAll("img")) {
      const old = shown.get(img.getAttribute("src"));
      if (!old) continue;
      old.className = img.className;
      old.alt = img.alt;
      // a place is kept for it: a picture that visits another document is fetched again
      const seat = document.createElement("span");
      img.replaceWith(seat);
      stays.push([seat, old]);
    }
    const focused = place.contains(document.activeElement) ? document.activeElement : null;
    const typed = [...place.querySelectorAll("input[id]")].map((box) => [box.id, box.value]);
    place.replaceChildren(fresh.content);
    for (const [id, value] of typed) {
      const box = document.getElementById(id);
      if (box && value && !box.value) box.value = value;
    }
    for (const [seat, old] of stays) seat.replaceWith(old);
    if (focused && focused !== place) keepFocus(place, focused);
    place.dispatchEvent(new Event("station:drawn", { bubbles: true }));
  }

  // A keyboard stays where it was: on the same button, on its counterpart, or at this part.
  function keepFocus(place, was) {
    const now = document.getElementById(was.id) ?? document.getElementById(was.dataset.then);
    now?.focus({ preventScroll: true });
    if (now && document.activeElement === now) return;
    place.tabIndex = -1;
    place.focus({ preventScroll: true });
  }

  // One question at a time for a place: of two answers on their way the older could be drawn last.
  const asking = new Map();
  function look(place) {
    const turn = asking.get(place);
    if (!turn) return begin(place);
    return (turn.next ??= turn.answer.then(() => begin(place)));
  }
  function begin(place) {
    const turn = { answer: ask(place) }; // never fails: what went wrong is shown
    asking.set(place, turn);
    turn.answer.then(() => turn.next || asking.delete(place));
    return turn.answer;
  }

  async function ask(place) {
    const address = place.dataset.live;
    try {
      const answer = await fetch(address, {
        cache: "no-store",
        headers: {
          "X-Live": "1",
          "If-None-Match": tags.get(address) ?? "",
          ...(window.stationTouched?.() ? { "X-Here": "1" } : {}), // somebody reads, scrolls, points
        },
        signal: AbortSignal.timeout?.(8000), // older phones wait for the network instead
      });
      if (offline) offline.hidden = true;
      if (answer.status === 200) {
        tags.set(address, answer.headers.get("ETag"));
        swap(place, await answer.text());
      } else if (answer.status === 401 || answer.status === 409) {
        location.reload(); // signed out, or the dossier was sealed: the page knows where to go
        return false;
      }
    } catch {
      if (offline) offline.hidden = false;
    }
    return true;
  }

  for (const place of document.querySelectorAll("[data-live]")) {
    const every = Number(place.dataset.every);
    const again = async () => {
      if (document.hidden || (await look(place))) setTimeout(again, every);
    };
    setTimeout(again, every / 2);
    document.addEventListener("station:look", () => look(place));
  }
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) document.dispatchEvent(new Event("station:look"));
  });
})();
