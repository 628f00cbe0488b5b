// Locks the screen when nobody has touched it for a while: nothing personal stays to be read.
"use strict";
(() => {
  const lock = document.querySelector("form[data-lock-after]");
  if (!lock) return;
  const after = Number(lock.dataset.lockAfter) * 1000;
  let touched = Date.now();
  let locking = false;
  // told along when the page asks; never again once somebody has locked it by hand
  window.stationTouched = () => !locking && Date.now() - touched < 60000;
  lock.addEventListener("submit", () => (locking = true));

  async function close() {
    if (locking) return;
    locking = true;
    const saving = []; // whoever holds something unsaved puts a promise in
    document.dispatchEvent(new CustomEvent("station:leaving", { detail: saving }));
    document.querySelector("main").hidden = true; // at once, whatever the box says
    const patience = new Promise((done) => setTimeout(done, 3000));
    await Promise.race([Promise.allSettled(saving), patience]);
    lock.requestSubmit();
  }
  const look = () => {
    if (Date.now() - touched >= after) close();
  };
  for (const sign of ["pointerdown", "pointermove", "keydown", "scroll", "touchstart"])
    document.addEventListener(
      sign,
      () => {
        if (!locking) touched = Date.now();
      },
      { passive: true, capture: true },
    );
  document.addEventListener("visibilitychange", look); // a laptop that slept
  setInterval(look, Math.min(after / 4, 5000));
})();
