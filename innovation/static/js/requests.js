// htmx: the token on every request that changes something, the button that was pressed, and a word
// when the line is gone.
import { toast } from "./toasts.js";

const token = () => document.querySelector('meta[name="csrf-token"]')?.content;

document.addEventListener("htmx:config:request", (event) => {
  const request = event.detail.ctx.request;
  if (!/^(GET|HEAD)$/i.test(request.method ?? "GET") && token()) {
    request.headers["X-CSRFToken"] = token();
  }
  // A button sends its name with its form; htmx leaves it out when the button itself asks, and "Try
  // it" would keep what it was to try.
  const pressed = event.detail.ctx.sourceElement;
  if (pressed instanceof HTMLButtonElement && pressed.name && !request.body.has(pressed.name)) {
    request.body.append(pressed.name, pressed.value);
  }
});

document.addEventListener("htmx:error", (event) => {
  if (event.detail?.error?.name === "AbortError") return;
  toast(document.body.dataset.offline, "error");
});

export function post(url, values) {
  return fetch(url, {
    method: "POST",
    headers: { "X-CSRFToken": token() ?? "", "X-Requested-With": "fetch" },
    body: values,
    credentials: "same-origin",
    redirect: "manual",
  });
}
