// On a phone a row of tabs is longer than the page is wide: it begins where one is.
for (const here of document.querySelectorAll(".tabs [aria-current]")) {
  const row = here.closest(".tabs");
  const tab = here.getBoundingClientRect();
  row.scrollLeft += tab.left - row.getBoundingClientRect().left - (row.clientWidth - tab.width) / 2;
}
