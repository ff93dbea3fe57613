// How much waits, in the navigation: at once what it was on the same person's page before, then what
// it is. The number is all that is kept.
const KEY = `pilotlight-waiting:${document.body.dataset.person ?? ""}`;
const places = [...document.querySelectorAll("[data-waiting]")];

function show(count) {
  for (const place of places) {
    place.textContent = count;
    place.hidden = count === "0";
  }
}

async function ask() {
  const known = places.find((place) => !place.hidden);
  if (known) {
    sessionStorage.setItem(KEY, known.textContent);
    return;
  }
  show(sessionStorage.getItem(KEY) ?? "0");
  const answer = await fetch(places[0].dataset.waiting, { headers: { Accept: "application/json" } });
  if (!answer.ok || answer.redirected) return;
  const { count } = await answer.json();
  sessionStorage.setItem(KEY, count);
  show(count);
}

// A line that is gone leaves the mark as it was.
if (places.length) ask().catch(() => {});
