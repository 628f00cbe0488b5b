// Spares a press: a chosen photograph is sent at once, a value is copied with one touch.
// Without JavaScript the buttons and the selectable text do the same.
"use strict";
(() => {
  function say(form, told) {
    form.querySelector("[data-refused]").replaceChildren(told.content.cloneNode(true));
  }

  for (const form of document.querySelectorAll("form[data-photo]")) {
    const send = () => {
      form.querySelector("[data-sending]").hidden = false;
      form.querySelector("button").hidden = true;
    };
    form.classList.add("has-script"); // the label is the one button then
    form.addEventListener("submit", send);
    form.querySelector('input[type="file"]').addEventListener("change", ({ target }) => {
      if (!target.files.length) return;
      if (target.files[0].size <= Number(target.dataset.largest)) return form.requestSubmit();
      target.value = "";
      say(form, document.getElementById("too-large"));
    });
  }
  // The back button brings a page back as it was left: sending is over by then.
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });

  // Where the page is not encrypted a browser has no clipboard for us, only the old way.
  async function copy(text) {
    if (navigator.clipboard) return navigator.clipboard.writeText(text);
    const box = document.createElement("textarea");
    box.value = text;
    box.setAttribute("readonly", "");
    box.className = "unseen";
    document.body.append(box);
    box.select();
    const done = document.execCommand("copy");
    box.remove();
    if (!done) throw new Error("not copied");
  }

  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    const said = button.textContent;
    button.addEventListener("click", async () => {
      const place = document.getElementById(button.dataset.copy);
      try {
        await copy(place.textContent);
        button.textContent = button.dataset.done;
        button.classList.add("is-copied");
      } catch {
        getSelection().selectAllChildren(place); // a long touch then offers to copy it
        button.textContent = button.dataset.failed;
      }
      setTimeout(() => {
        button.textContent = said;
        button.classList.remove("is-copied");
      }, 2500);
    });
  }
})();
