// The take-down kit works without this file; it only copies the text at a press.

for (const button of document.querySelectorAll("[data-copies]")) {
  const text = document.getElementById(button.dataset.copies);
  const said = button.parentElement.querySelector("[data-copied]");
  button.addEventListener("click", async () => {
    text.select();
    try {
      await navigator.clipboard.writeText(text.value);
      said.textContent = said.dataset.done;
    } catch {
      text.closest("details")?.setAttribute("open", "");
      text.select();
      // Without TLS, as in a demo, only this older way copies.
      said.textContent = document.execCommand("copy") ? said.dataset.done : said.dataset.selected;
    }
  });
}
