// Nothing typed is lost. A form with data-draft="key" is kept on this device while somebody types,
// and with data-draft-url sent to the server with every pause; when the line or the session is gone it
// says so and tries again. What was typed comes back on the next visit: from this device where it
// holds words that the server has not confirmed, else from the server.
//
//   <form data-draft="need" data-draft-url="/needs/draft/" data-draft-at="1763900000"
//         data-draft-owner="12" data-saved="Saved" data-saved-here="Saved on this phone"
//         data-not-saved="Not saved">
//
// What is kept is sealed with the keys of <meta name="draft-seal"> or data-draft-seal, which stand on pages
// of that person alone: a device that nobody is signed in at holds no word that can be read. Where a browser
// cannot seal, nothing is kept on it.
//
// On a device that several people share, nothing of one is left for the next: words that the server
// has confirmed are not kept here, signing out (data-signs-out) forgets all drafts, and so does the
// page of anybody else (data-person of the body) with those that a session left behind.
//
// With data-draft-texts only the long texts are kept, as far as somebody changed them, and a note at the head
// of the form says that they are back: every form with a textarea is marked so by its component, and its
// key is the address that it is sent to. The cookie `draft_done` names the address whose form arrived.
//
// The server's answer to a draft is any 2xx; `data-draft-at` is when its draft was last written
// (seconds), 0 where it has none. A sent form forgets its draft: the page that follows carries
// <meta name="draft-done" content="key">.
import { post } from "./requests.js";
import { sealOf } from "./seal.js";

const PREFIX = "pilotlight-draft:";
const PAUSE = 700;
// A line that comes back often breaks once more: try again soon, then less and less often.
const SOON = 1000;
const AGAIN = 15000;
const KEPT_DAYS = 14;
// How far (seconds) a device's clock may run behind before its words lose to another device's.
const CLOCKS_DIFFER = 120;
const SKIPPED = new Set(["csrfmiddlewaretoken", "form_key"]);

let signedOut = false;

const store = {
  keys() {
    try {
      return Object.keys(localStorage)
        .filter((name) => name.startsWith(PREFIX))
        .map((name) => name.slice(PREFIX.length));
    } catch {
      return [];
    }
  },
  read(key) {
    try {
      return JSON.parse(localStorage.getItem(PREFIX + key));
    } catch {
      return null;
    }
  },
  write(key, draft) {
    if (signedOut) return false;
    try {
      localStorage.setItem(PREFIX + key, JSON.stringify(draft));
      return true;
    } catch {
      return false;
    }
  },
  forget(key) {
    try {
      localStorage.removeItem(PREFIX + key);
    } catch {
      // A browser that keeps nothing has nothing to forget.
    }
  },
};

// Drafts that were kept before they were sealed count for nothing.
const isFresh = (kept) => Array.isArray(kept?.sealed) && Date.now() / 1000 - kept.at < KEPT_DAYS * 86400;

function sweep() {
  const { person = "" } = document.body.dataset;
  for (const key of store.keys()) {
    const isAnothers = person && key.split(":")[0] !== person;
    if (isAnothers || !isFresh(store.read(key))) store.forget(key);
  }
}

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-signs-out]")) return;
  signedOut = true;
  for (const key of store.keys()) store.forget(key);
});

const isWrong = (form) => Boolean(form.querySelector(".field-wrong, .errors"));

function values(form) {
  if ("draftTexts" in form.dataset) {
    // On a form that came back, what was typed stands there as if it always had.
    const all = isWrong(form);
    return [...form.querySelectorAll("textarea[name]")]
      .filter((text) => (all ? text.value : text.value !== text.defaultValue))
      .map((text) => [text.name, text.value]);
  }
  return [...new FormData(form)].filter(([name, value]) => !SKIPPED.has(name) && typeof value === "string");
}

function fill(form, pairs) {
  const given = new Map();
  for (const [name, value] of pairs) given.set(name, [...(given.get(name) ?? []), value]);
  if ("draftTexts" in form.dataset) {
    for (const text of form.querySelectorAll("textarea[name]")) {
      if (!given.has(text.name)) continue;
      text.value = given.get(text.name)[0];
      text.dispatchEvent(new Event("input", { bubbles: true }));
    }
    return;
  }
  for (const field of form.elements) {
    if (!field.name || SKIPPED.has(field.name) || field.type === "file" || field.type === "hidden") continue;
    const wanted = given.get(field.name) ?? [];
    if (field.type === "checkbox" || field.type === "radio") field.checked = wanted.includes(field.value);
    else if (field instanceof HTMLSelectElement && field.multiple) {
      for (const option of field.options) option.selected = wanted.includes(option.value);
    } else if (wanted.length && "value" in field) field.value = wanted[0];
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

const watched = new WeakSet();

function keep(form) {
  if (watched.has(form)) return;
  watched.add(form);
  const { draft, draftUrl, draftOwner = "" } = form.dataset;
  const key = `${draftOwner}:${draft}`;
  const seal = sealOf(form.dataset.draftSeal ?? document.querySelector('meta[name="draft-seal"]')?.content);
  const places = document.querySelectorAll("[data-draft-state]");
  let timer = 0;
  let retry = 0;
  let wait = SOON;
  let newest = 0;
  let noted = 0;
  let typed = false;
  let restoring = false;

  // What stands here the server has not confirmed. Sealing takes a moment, in which something newer
  // may be noted, or all be forgotten.
  async function note() {
    const turn = ++noted;
    const at = Date.now() / 1000;
    if (!seal) return false;
    if ("draftTexts" in form.dataset && !values(form).length) {
      forget();
      return false;
    }
    try {
      const sealed = await seal.close(values(form), key);
      return turn === noted ? store.write(key, { at, sealed }) : true;
    } catch {
      return false;
    }
  }
  function forget() {
    noted += 1;
    store.forget(key);
  }
  const say = (word) => {
    for (const place of places) place.textContent = form.dataset[word] ?? "";
  };

  async function send() {
    const turn = ++newest;
    clearTimeout(timer);
    clearTimeout(retry);
    timer = 0;
    const here = await note();
    if (turn !== newest) return;
    if (!draftUrl) return say(here ? "savedHere" : "notSaved");
    try {
      const answer = await post(draftUrl, new URLSearchParams(values(form)));
      if (!answer.ok) throw new Error(String(answer.status));
      wait = SOON;
      if (turn !== newest) return;
      // While something newer waits to be sent, what is here stays ahead of the server.
      if (!timer) forget();
      say("saved");
    } catch {
      if (turn !== newest) return;
      say(here ? "savedHere" : "notSaved");
      retry = setTimeout(send, wait);
      wait = Math.min(wait * 2, AGAIN);
    }
  }

  async function restore() {
    const kept = store.read(key);
    const serverAt = Number(form.dataset.draftAt ?? 0);
    const ahead = isFresh(kept) && kept.at > serverAt - CLOCKS_DIFFER;
    // A form that came back with errors carries what was typed already.
    if (!seal || !ahead || isWrong(form)) return;
    const words = await seal.open(kept.sealed, key);
    if (!words || typed) return;
    restoring = true;
    fill(form, words);
    restoring = false;
    say("savedHere");
    const told = form.querySelector("[data-draft-note]");
    if (told) told.hidden = false;
    if (draftUrl) send();
  }

  form.addEventListener("input", () => {
    if (restoring) return;
    typed = true;
    // At once: whoever leaves the page now leaves no time to seal.
    note();
    clearTimeout(timer);
    timer = setTimeout(send, PAUSE);
  });
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    clearTimeout(retry);
    newest += 1;
    // Kept here until the next page says that it arrived.
    note();
  });
  form.querySelector("[data-draft-over]")?.addEventListener("click", () => {
    for (const text of form.querySelectorAll("textarea[name]")) text.value = text.defaultValue;
    forget();
    form.querySelector("[data-draft-note]").hidden = true;
    form.querySelector("textarea")?.focus();
  });
  addEventListener("online", () => {
    wait = SOON;
    if (retry) send();
  });
  restore();
}

sweep();
for (const done of document.querySelectorAll('meta[name="draft-done"]')) store.forget(done.content);
const arrived = document.cookie.match(/(?:^|; )draft_done="?([^;"]*)/);
if (arrived) {
  store.forget(`${document.body.dataset.person}:${decodeURIComponent(arrived[1])}`);
  document.cookie = "draft_done=; path=/; max-age=0";
}
for (const form of document.querySelectorAll("form[data-draft]")) keep(form);
// A form that comes in a fragment, as in a dialog.
document.addEventListener("htmx:after:swap", () => {
  for (const form of document.querySelectorAll("form[data-draft]")) keep(form);
});
