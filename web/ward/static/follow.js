// The slip's QR leads to /follow#NUMBER.SECRET: put both into the form and ask.
"use strict";
const form = document.querySelector("[data-follow]");
const [code, secret] = decodeURIComponent(location.hash.slice(1)).split(".");
if (form && code && secret) {
  form.elements.code.value = code;
  form.elements.secret.value = secret;
  fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) })
    .then((answer) => answer.text())
    .then((text) => {
      const main = new DOMParser().parseFromString(text, "text/html").querySelector("main");
      document.querySelector("main").replaceWith(main);
    })
    .catch(() => form.querySelector("button").focus());
}
