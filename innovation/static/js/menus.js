// Menus and confirmations made of <details>: one press elsewhere, or Escape, closes them.
const openOnes = () => document.querySelectorAll("details[data-closes][open]");

document.addEventListener("click", (event) => {
  for (const menu of openOnes()) if (!menu.contains(event.target)) menu.open = false;
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of openOnes()) {
    menu.open = false;
    menu.querySelector("summary")?.focus();
  }
});

// A task's way back leads to where the person came from, if that was here.
const back = document.querySelector("a.bar-back");
if (back && document.referrer.startsWith(location.origin) && history.length > 1) {
  back.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    history.back();
  });
}
