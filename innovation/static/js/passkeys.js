// Passkeys: their buttons show where the browser knows them, and what goes wrong is said in words.
const words = document.querySelector("[data-passkey-words]");

function say(text) {
  words.textContent = text;
  words.hidden = false;
}

if (window.PublicKeyCredential) {
  for (const place of document.querySelectorAll("[data-passkey]")) place.hidden = false;
} else if (!document.querySelector('input[type="password"], input[name="code"]')) {
  say(words.dataset.unknown);
}

const SAID = { NotAllowedError: "closed", AbortError: "closed", InvalidStateError: "held", SecurityError: "elsewhere" };
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  say(words.dataset[SAID[event.detail.exception?.name] ?? "other"]);
});

// Enter in the field of the name does what the button does.
document.getElementById("add_passkey")?.addEventListener("submit", (event) => {
  event.preventDefault();
  document.getElementById("passkey_add").click();
});
