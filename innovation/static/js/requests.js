// htmx: the token on every request that changes something, and a word when the line is gone.
import { toast } from "./toasts.js";

const token = () => document.querySelector('meta[name="csrf-token"]')?.content;

document.addEventListener("htmx:config:request", (event) => {
  const request = event.detail.ctx.request;
  if (!/^(GET|HEAD)$/i.test(request.method ?? "GET") && token()) {
    request.headers["X-CSRFToken"] = token();
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
