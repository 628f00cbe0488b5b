// A button that opens the print dialogue, where the browser can; without a script its menu does it.
for (const place of document.querySelectorAll("[data-print]")) {
  place.hidden = false;
  place.querySelector("button").addEventListener("click", () => window.print());
}

// A screen that nobody sits at goes back to the start by itself, when nobody has touched it for a
// while. It asks first whether the box answers: an error page of the browser would stay for ever.
const kiosk = document.body.dataset.kiosk;
if (kiosk) {
  const rest = Number(document.body.dataset.returnAfter) * 1000;
  let touched = Date.now();
  for (const sign of ["pointerdown", "keydown", "wheel", "scroll", "touchmove"]) {
    addEventListener(sign, () => { touched = Date.now(); }, { passive: true });
  }
  setInterval(async () => {
    if (Date.now() - touched < rest) return;
    touched = Date.now(); // one try at a time
    try {
      if ((await fetch(kiosk, { cache: "no-store" })).ok) location.replace(kiosk);
    } catch { /* the box is away; what is on the screen stays readable */ }
  }, 1000);
}
