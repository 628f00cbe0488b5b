// Pages follow a finger, a mouse or the arrow keys to another place. Each move is kept at once;
// the buttons beside each page do the same without this script.
"use strict";
(() => {
  const form = document.querySelector("[data-arrange]")?.closest("form");
  if (!form) return;
  const told = document.querySelector("[data-arranged]");
  const EDGE_PX = 60; // this near to the rim of the window the page scrolls along
  let held = null; // {item, order, missed} while a page is being dragged
  let keeping = Promise.resolve();
  let last = 0; // of the moves: only its answer is drawn, an earlier one would undo a later step

  const list = () => form.querySelector("[data-arrange]");
  const items = () => [...list().children];
  function show() {
    for (const one of document.querySelectorAll("[data-with-script], [data-drag]")) one.hidden = false;
  }

  // The box answers with the list as it is then, whatever another screen did meanwhile.
  async function keep(page, place, move) {
    const body = new URLSearchParams({
      csrf_token: form.elements.csrf_token.value,
      place: `${page}:${place}`,
    });
    const answer = await fetch(form.action, { method: "POST", body, headers: { "X-Live": "1" } });
    if (!answer.ok) return location.reload();
    const text = await answer.text();
    if (move !== last) return; // the last answer tells of this move too
    if (held) return (held.missed = true);
    const fresh = document.createElement("template");
    fresh.innerHTML = text;
    const marked = new Set([...form.querySelectorAll("[name=page]:checked")].map((box) => box.value));
    const shown = new Map([...list().querySelectorAll("img")].map((img) => [img.getAttribute("src"), img]));
    const focused = document.activeElement.id;
    const drawn = fresh.content.querySelector("[data-arrange]");
    for (const box of drawn.querySelectorAll("[name=page]")) box.checked = marked.has(box.value);
    const seats = [...drawn.querySelectorAll("img")].map((img) => [img, shown.get(img.getAttribute("src"))]);
    list().replaceWith(document.adoptNode(drawn));
    for (const [seat, img] of seats) if (img) seat.replaceWith(img); // not fetched a second time
    show();
    document.getElementById(focused)?.focus({ preventScroll: true });
    told.textContent = document.getElementById(`drag-${page}`).dataset.told;
  }
  function queue(item) {
    const [page, place, move] = [item.dataset.page, items().indexOf(item) + 1, ++last];
    keeping = keeping.then(() => keep(page, place, move)).catch(() => location.reload());
  }

  form.addEventListener("pointerdown", (event) => {
    const grip = event.target.closest("[data-drag]");
    if (!grip || event.button) return;
    event.preventDefault();
    list().setPointerCapture(event.pointerId); // not the grip: a page that moves lets go of it
    grip.focus({ preventScroll: true });
    const item = grip.closest("li");
    held = { item, order: items() };
    item.classList.add("is-dragged");
  });
  form.addEventListener("pointermove", (event) => {
    if (!held) return;
    const others = items().filter((one) => one !== held.item);
    const next = others.find((one) => {
      const box = one.getBoundingClientRect();
      return event.clientY < box.top + box.height / 2;
    });
    if (held.item.nextElementSibling !== (next ?? null)) list().insertBefore(held.item, next ?? null);
    const below = event.clientY - (innerHeight - EDGE_PX);
    const above = EDGE_PX - event.clientY;
    if (below > 0) scrollBy(0, below / 4);
    else if (above > 0) scrollBy(0, -above / 4);
  });
  function drop(keeps) {
    if (!held) return;
    const { item, order, missed } = held;
    held = null;
    item.classList.remove("is-dragged");
    if (!keeps) list().append(...order);
    if (missed || items().some((one, n) => one !== order[n])) queue(item);
  }
  form.addEventListener("pointerup", () => drop(true));
  form.addEventListener("pointercancel", () => drop(false));
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") return drop(false);
    const grip = event.target.closest("[data-drag]");
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!grip || !by) return;
    event.preventDefault();
    const item = grip.closest("li");
    const beside = by < 0 ? item.previousElementSibling : item.nextElementSibling;
    if (!beside) return;
    if (by < 0) beside.before(item);
    else beside.after(item);
    grip.focus({ preventScroll: true });
    queue(item);
  });
  show();
})();
