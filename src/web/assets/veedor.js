// What pages gain with script; each of them is whole without it.
"use strict";

// A choice in a filter takes effect at once when it is made with a mouse or a finger. With a keyboard each step through the choices is a change,
// and the page would be gone before one has come to the right one: there the button is pressed.
for (const choice of document.querySelectorAll("form[data-live] select")) {
  let byKeyboard = false;
  choice.addEventListener("keydown", () => { byKeyboard = true; });
  choice.addEventListener("pointerdown", () => { byKeyboard = false; });
  choice.addEventListener("change", () => { if (!byKeyboard) choice.form.requestSubmit(); });
}

// A text to be copied is copied by one press.
for (const button of document.querySelectorAll("button[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = button.dataset.done;
  });
}

// A page of ours in another is as high as what it shows, so that nobody scrolls within what scrolls.
for (const frame of document.querySelectorAll("iframe.framed")) {
  const fit = () => {
    const body = frame.contentDocument && frame.contentDocument.body;
    if (body) frame.style.height = `${Math.ceil(body.getBoundingClientRect().bottom) + 24}px`;
  };
  frame.addEventListener("load", fit);
  window.addEventListener("resize", fit);
  fit();
}
