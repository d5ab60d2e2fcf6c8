// Every page works without this file; it only makes two things smoother.

// A form that came back with faults says so first; so does what was done, unless the address leads
// to a place on the page.
const led = document.getElementById(location.hash.slice(1));
document.querySelector(led ? "[data-faults]" : "[data-faults], [data-notice]")?.focus();

// On a phone, a row of links scrolls: the one that leads here is in view.
for (const row of document.querySelectorAll(".parts ul, .chips")) {
  const here = row.querySelector("[aria-current]");
  const end = (here?.offsetLeft ?? 0) + (here?.offsetWidth ?? 0) - row.offsetLeft;
  row.scrollLeft = end + 48 - row.clientWidth;
}

// A second tap on a button that was pressed already sends nothing twice.
addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || !(form instanceof HTMLFormElement)) return;
  // After a download the page is still there, and may be asked again.
  if ("download" in form.dataset) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
});

// Back from the browser's own memory, a form may be sent again.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});
