// Words after something was done. They stay until read: eight seconds, longer while pointed at.
const place = document.querySelector("[data-toasts]");
const STAY = 8000;

function leaveLater(toast) {
  // What went wrong stays until it is closed.
  if (toast.matches(".toast-error, .toast-warning")) return;
  let timer = setTimeout(() => toast.remove(), STAY);
  for (const pause of ["pointerenter", "focusin"]) {
    toast.addEventListener(pause, () => clearTimeout(timer));
  }
  for (const go of ["pointerleave", "focusout"]) {
    toast.addEventListener(go, () => {
      clearTimeout(timer);
      timer = setTimeout(() => toast.remove(), STAY);
    });
  }
}

export function toast(text, kind = "info") {
  if (!place || !text) return;
  const box = document.createElement("div");
  box.className = `toast toast-${kind}`;
  const words = document.createElement("p");
  words.textContent = text;
  box.append(words);
  place.append(box);
  setTimeout(() => box.remove(), STAY);
}

document.addEventListener("click", (event) => {
  event.target.closest?.("[data-toast-close]")?.closest("[data-toast]")?.remove();
});

for (const each of place?.querySelectorAll("[data-toast]") ?? []) leaveLater(each);
