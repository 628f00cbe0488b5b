// A button that opens the print dialogue, where the browser can; without a script its menu does it.
for (const place of document.querySelectorAll("[data-print]")) {
  place.hidden = false;
  place.querySelector("button").addEventListener("click", () => window.print());
}
