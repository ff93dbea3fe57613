// Small help inside forms: how many characters are left, focus on what is wrong, send only once,
// selects of a filter that apply at once, fields that only matter after a choice.
function leftOf(note) {
  const field = document.getElementById(note.dataset.limitOf);
  if (!field) return;
  const limit = Number(note.dataset.limit);
  const show = () => {
    const left = limit - field.value.length;
    note.hidden = left > limit * 0.25;
    note.classList.toggle("limit-near", left < limit * 0.05);
    note.textContent = `${left.toLocaleString(document.documentElement.lang)} ${note.dataset.limitText}`;
  };
  field.addEventListener("input", show);
  show();
}

function wire(root) {
  for (const note of root.querySelectorAll("[data-limit]")) leftOf(note);
}

wire(document);
document.addEventListener("htmx:after:swap", (event) => {
  const { target, sourceElement } = event.detail?.ctx ?? {};
  if (!(target instanceof Element)) return;
  wire(target);
  // What a button brings may lie below the fold, on a phone far below.
  if (sourceElement instanceof HTMLButtonElement && target.ariaLive) {
    target.scrollIntoView({ block: "nearest" });
  }
});

document.querySelector("[data-focus]")?.focus();

// One press sends once; the button wakes up again if the page comes back from the history.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method === "dialog" || form.method === "get") return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  event.submitter?.setAttribute("aria-disabled", "true");
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    form.querySelector('[aria-disabled="true"]')?.removeAttribute("aria-disabled");
  }
});
document.addEventListener("htmx:finally:request", (event) => {
  const form = event.target.closest?.("form");
  if (!form) return;
  delete form.dataset.sent;
  form.querySelector('[aria-disabled="true"]')?.removeAttribute("aria-disabled");
});

// Filters apply when a select changes; the button stays for whoever has no script.
document.addEventListener("change", (event) => {
  const form = event.target.closest?.("form[data-filter]");
  if (form && event.target instanceof HTMLSelectElement) form.requestSubmit();
});

// In a search for a unit, the arrow goes on to what was found, and so does Enter, which would send a
// form that is half written; a filter is sent.
document.addEventListener("keydown", (event) => {
  const box = event.target.closest?.("[data-looks-up]");
  if (!box || !["Enter", "ArrowDown"].includes(event.key)) return;
  if (event.key === "Enter" && box.closest("form[data-filter]")) return;
  event.preventDefault();
  document.getElementById(box.dataset.looksUp)?.focus();
});
