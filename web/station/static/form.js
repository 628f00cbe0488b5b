// Saves each answer as it is left, and lets buttons act without leaving the page.
"use strict";
(() => {
  for (const once of document.querySelectorAll("form[data-once]")) {
    once.addEventListener("submit", () => {
      setTimeout(() => once.querySelectorAll("button").forEach((b) => (b.disabled = true)));
    });
  }

  const form = document.getElementById("dossier");
  if (!form) return;
  const questions = form.querySelector("[data-questions]"); // none where papers stand alone
  const token = form.elements.csrf_token.value;
  const dirty = new Set(); // keys of questions with something the box has not confirmed
  let running = null;
  let resting = null;
  let pausing = false; // saved because typing paused, not because the box was left

  const post = (address, fields, keepalive = false) => {
    const body = new URLSearchParams(fields);
    body.set("csrf_token", token);
    return fetch(address, { method: "POST", body, keepalive, headers: { "X-Live": "1" } });
  };
  const box = (key) => questions.querySelector(`[data-question="${CSS.escape(key)}"]`);
  const controls = (key) =>
    [...(box(key)?.querySelectorAll("input, select, textarea") ?? [])].filter(
      (c) => c.type !== "radio" || c.checked,
    );

  function mark(state) {
    for (const name of ["saved", "saving", "unsaved", "refused"]) {
      const word = form.querySelector(`[data-${name}]`);
      if (word) word.hidden = name !== state;
    }
  }

  // which page this is, so that the box tells about its questions alone
  const at = () => (form.elements.topic ? [["topic", form.elements.topic.value]] : []);

  function typed(keys) {
    return keys.flatMap((key) => controls(key).map((c) => [c.name, c.value]));
  }

  async function save() {
    clearTimeout(resting);
    while (dirty.size) {
      const keys = [...dirty];
      dirty.clear();
      mark("saving");
      try {
        const fields = [...at(), ...typed(keys)];
        const size = new URLSearchParams(fields).toString().length;
        const answer =
          size < Number(form.dataset.most) && (await post(form.dataset.save + location.search, fields));
        if (!answer || answer.status === 413) {
          keys.forEach((key) => dirty.add(key));
          mark("refused");
          return tooLarge();
        }
        if (answer.status === 401 || answer.status === 409) return location.reload();
        if (answer.status >= 400 && answer.status < 500) {
          // it will not succeed by itself: say why, keep what was typed
          keys.forEach((key) => dirty.add(key));
          mark("refused");
          return say(document.querySelector("[data-told]"), (await answer.json()).notice);
        }
        if (!answer.ok) throw new Error(answer.status);
        document.querySelector("[data-told] [data-too-large]")?.remove();
        await show(await answer.json());
        if (!dirty.size) mark("saved");
      } catch {
        keys.forEach((key) => dirty.add(key));
        mark("unsaved");
        resting = setTimeout(flush, 3000);
        return;
      }
    }
  }
  const flush = () => (running ??= save().finally(() => (running = null)));

  function step(text, href) {
    const link = form.querySelector("[data-step]");
    if (!link) return; // the list draws it anew itself
    link.textContent = text;
    if (href) link.href = href;
    else link.removeAttribute("href");
  }

  // The papers tell along what to do next, and whether another screen saved other answers.
  form.addEventListener("station:drawn", async () => {
    const told = form.querySelector("[data-next-step]");
    step(told.content.textContent, told.dataset.href);
    if (!questions) return;
    const revision = Number(told.dataset.revision);
    if (running || dirty.size || revision <= Number(form.elements.revision.value)) return;
    form.elements.revision.value = revision;
    await redraw();
  });

  async function show(told) {
    const others = told.revision > Number(form.elements.revision.value) + 1;
    form.elements.revision.value = told.revision;
    step(told.step, told.href);
    if (others || told.shape !== form.dataset.shape) {
      form.dataset.shape = told.shape;
      await redraw();
      return;
    }
    for (const place of questions.querySelectorAll("[data-question]")) {
      if (pausing && place.contains(document.activeElement)) continue; // not wrong, not finished
      const found = told.problems[place.dataset.question] ?? [];
      place.classList.toggle("is-wrong", found.some((p) => p.error));
      const lines = found.map((p) => {
        const line = document.createElement("p");
        line.className = p.error ? "problem" : "doubt";
        line.textContent = p.text;
        return line;
      });
      const source = place.querySelector("[data-mark]");
      const [kind, word] = told.marks[place.dataset.question] ?? ["", ""];
      if (source && source.textContent !== word) {
        source.className = `source is-${kind}`;
        source.textContent = word;
      }
      const list = place.querySelector(".problems");
      if (list.textContent !== lines.map((l) => l.textContent).join("")) list.replaceChildren(...lines);
      for (const c of place.querySelectorAll("[aria-invalid]"))
        c.setAttribute("aria-invalid", String(found.some((p) => p.error)));
    }
    // markup made and escaped by our own server, like every fragment
    const summary = document.createElement("template");
    summary.innerHTML = told.summary;
    questions.querySelector("[data-summary]").replaceChildren(summary.content);
    told.chapters.forEach((chapter, index) => {
      const word = questions.querySelector(`[data-progress="${index + 1}"]`);
      if (!word) return;
      word.textContent = `${chapter.answered}/${chapter.required}`;
      word.classList.toggle("is-done", chapter.done);
    });
  }

  // Other questions are asked for now: draw the form again, keep what is being typed.
  async function redraw() {
    const answer = await fetch(form.dataset.form + location.search, { headers: { "X-Live": "1" } });
    if (!answer.ok) return;
    const text = await answer.text();
    const unsaved = typed([...dirty]);
    const active = document.activeElement;
    const focused = questions.contains(active) ? active.id : "";
    const caret = focused && active.type === "text" ? active.selectionStart : null;
    const fresh = document.createElement("template");
    fresh.innerHTML = text;
    questions.replaceChildren(fresh.content);
    for (const [name, value] of unsaved) {
      const control = form.elements[name];
      if (control) control.value = value;
    }
    const again = focused && document.getElementById(focused);
    if (!again) return;
    again.focus({ preventScroll: true });
    if (caret !== null) again.setSelectionRange?.(caret, caret);
  }

  async function address(control, place) {
    const part = control.name.slice(place.dataset.address.length + 1);
    const commune = place.querySelector(`[name="${place.dataset.address}-commune"]`);
    if (part === "country") {
      for (const one of place.querySelectorAll("[data-domestic]")) one.hidden = control.value !== "VN";
    }
    if (part !== "province") return;
    commune.replaceChildren(commune.options[0]);
    if (!control.value) return;
    const query = new URLSearchParams({ province: control.value });
    const answer = await fetch(`${form.dataset.communes}?${query}`);
    const found = answer.ok ? await answer.json() : [];
    commune.append(...found.map((c) => new Option(c.name, c.code)));
  }

  let pause = null;
  questions?.addEventListener("input", (event) => {
    const key = event.target.closest("[data-question]")?.dataset.question;
    if (!key) return;
    dirty.add(key);
    mark(null);
    clearTimeout(pause);
    if (event.target.type !== "text") return;
    pause = setTimeout(() => {
      pausing = true;
      flush();
    }, 2000);
  });
  questions?.addEventListener("change", async (event) => {
    const question = event.target.closest("[data-question]");
    if (!question) return;
    const place = event.target.closest("[data-address]");
    if (place) await address(event.target, place);
    dirty.add(question.dataset.question);
    clearTimeout(pause);
    pausing = false;
    flush();
  });

  // A browser cuts what is pasted at the box's end and says nothing: half a paste is not taken.
  questions?.addEventListener("paste", (event) => {
    const box = event.target;
    if (!(box.maxLength > 0) || !event.clipboardData) return;
    const pasted = event.clipboardData.getData("text/plain");
    const room = box.maxLength - box.value.length + box.selectionEnd - box.selectionStart;
    if (pasted.length <= room) return;
    event.preventDefault();
    const short = pasted.trim().normalize("NFC"); // a mark apart from its letter counts twice
    if (short.length > room) return tooLarge();
    box.setRangeText(short, box.selectionStart, box.selectionEnd, "end");
    box.dispatchEvent(new Event("input", { bubbles: true }));
  });

  // Enter in a small box beside a button presses that button, not the form's.
  form.addEventListener("keydown", (event) => {
    const button = document.getElementById(event.target.dataset?.enter);
    if (event.key !== "Enter" || !button) return;
    event.preventDefault();
    button.click();
  });

  const acting = new Set();
  form.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-act]");
    if (!button) return;
    event.preventDefault();
    if (acting.has(button)) return; // not disabled: that would take the keyboard away from it
    acting.add(button);
    await act(button);
    acting.delete(button);
  });

  async function act(button) {
    // beside the papers where the page has a place there, else at its top
    const told = form.querySelector("[data-told]") ?? document.querySelector("[data-told]");
    told.replaceChildren();
    try {
      const extra = form.elements[button.dataset.with];
      const answer = await post(button.formAction, extra ? [[extra.name, extra.value]] : []);
      if (answer.status === 401) return location.reload();
      if (!answer.ok) say(told, (await answer.json()).notice);
    } catch {
      document.querySelector("[data-offline]").hidden = false;
    }
    document.dispatchEvent(new Event("station:look"));
  }

  // our own sentences: where the server stops reading, its answer is none of the app's
  function tooLarge() {
    const told = document.querySelector("[data-told]");
    told.replaceChildren(document.getElementById("too-large").content.cloneNode(true));
    told.scrollIntoView({ block: "nearest" });
  }

  function say(place, notice) {
    if (!notice) return;
    const copy = document.getElementById("told").content.cloneNode(true);
    copy.querySelector(".told-what").textContent = notice.what;
    copy.querySelector(".told-safe").textContent = notice.safe;
    copy.querySelector(".told-next span").textContent = notice.next;
    place.replaceChildren(copy);
    place.scrollIntoView({ block: "nearest" });
  }

  form.addEventListener("submit", async (event) => {
    if (!questions) return; // nothing typed that must be saved first
    event.preventDefault();
    await flush();
    const button = event.submitter;
    if (!button?.dataset.go || dirty.size) return;
    // what stood in the boxes from the start has been looked at; no matter if nobody hears it
    if (button.name) await post(form.dataset.save, [...at(), [button.name, button.value]]).catch(() => {});
    location.assign(button.dataset.go);
  });

  document.addEventListener("station:leaving", (event) => event.detail.push(flush()));
  document.addEventListener("visibilitychange", () => {
    if (document.hidden && dirty.size) post(form.dataset.save, typed([...dirty]), true);
  });
})();
