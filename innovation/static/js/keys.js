// Lists for people who work through many: J and K move, Enter opens, letters press what a row (or
// the page) offers under data-key="a", and ? says the keys. Never while typing, never with Ctrl, Alt
// or the command key.
import { toast } from "./toasts.js";

const table = document.querySelector("table[data-keys]");
const rows = () => [...table.tBodies[0].rows].filter((row) => row.querySelector("a, button"));

function choose(row) {
  if (!row) return;
  for (const other of table.querySelectorAll("tr.is-here")) other.classList.remove("is-here");
  row.classList.add("is-here");
  row.querySelector("a, button").focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

function typing(target) {
  return target.closest?.("input, textarea, select, [contenteditable], dialog[open]");
}

function press(key) {
  const here = table.querySelector("tr.is-here");
  if (key === "j" || key === "k") {
    const all = rows();
    const at = all.indexOf(here);
    choose(all[at < 0 ? 0 : Math.min(all.length - 1, Math.max(0, at + (key === "j" ? 1 : -1)))]);
    return true;
  }
  if (key === "?") {
    toast(document.querySelector(".keys-help")?.textContent.replace(/\s+/g, " ").trim());
    return true;
  }
  const selector = `[data-key="${CSS.escape(key)}"]`;
  const offered = here?.querySelector(selector) ?? document.querySelector(`:not(tr) > ${selector}:not(tr *)`);
  offered?.click();
  return Boolean(offered);
}

if (table) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (event.key.length === 1 && press(event.key.toLowerCase())) event.preventDefault();
  });
  table.addEventListener("focusin", (event) => {
    const row = event.target.closest("tbody tr");
    for (const other of table.querySelectorAll("tr.is-here")) {
      if (other !== row) other.classList.remove("is-here");
    }
    row?.classList.add("is-here");
  });
}
