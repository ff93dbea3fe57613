// Light, dark, or as the device: at once here, and kept by the same form that works without script.
import { post } from "./requests.js";

document.addEventListener("submit", (event) => {
  const form = event.target.closest?.("[data-themes]");
  if (!form) return;
  event.preventDefault();
  const theme = event.submitter?.value ?? "";
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  for (const button of document.querySelectorAll('[data-themes] button[name="theme"]')) {
    button.setAttribute("aria-pressed", String(button.value === theme));
  }
  post(form.action, new URLSearchParams({ theme, next: "/" }));
});
