// A button with data-dialog opens that dialog; without script its link leads to the page.
function open(dialog, opener) {
  if (dialog.open) return;
  dialog.showModal();
  dialog.addEventListener("close", () => opener?.focus(), { once: true });
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest?.("[data-dialog]");
  if (opener && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    const dialog = document.getElementById(opener.dataset.dialog);
    if (dialog instanceof HTMLDialogElement) {
      event.preventDefault();
      open(dialog, opener);
    }
    return;
  }
  // A press on the backdrop, which belongs to the dialog itself, closes it.
  if (event.target instanceof HTMLDialogElement) {
    const box = event.target.getBoundingClientRect();
    const inside =
      event.clientX >= box.left &&
      event.clientX <= box.right &&
      event.clientY >= box.top &&
      event.clientY <= box.bottom;
    // Enter in a field presses a button at 0, 0.
    if (!inside && (event.clientX || event.clientY)) event.target.close();
  }
});

// Opened by the page itself, when what was sent in it was refused.
for (const dialog of document.querySelectorAll("dialog[data-open]")) open(dialog);
