// What pages gain with script; each of them is whole without it.
"use strict";

// A long list is narrowed while one types, without a press of Enter.
for (const field of document.querySelectorAll("form[data-live] input[type=search]")) {
  let timer;
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => field.form.requestSubmit(), 600);
  });
}

// A choice in a filter takes effect at once.
for (const choice of document.querySelectorAll("form[data-live] select")) {
  choice.addEventListener("change", () => choice.form.requestSubmit());
}

// What cannot be taken back is asked once more.
for (const form of document.querySelectorAll("form[data-ask]")) {
  form.addEventListener("submit", (event) => {
    if (!window.confirm(form.dataset.ask)) event.preventDefault();
  });
}

// A text to be copied is copied by one press.
for (const button of document.querySelectorAll("button[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = button.dataset.done;
  });
}
