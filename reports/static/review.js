// The queue works without this file; it adds keys while the list has the focus, and one box for all.

const list = document.querySelector("[data-queue]");
const rows = list ? [...list.querySelectorAll("[data-row]")] : [];
const box = (row) => row.querySelector("input[type=checkbox]");
const opener = (row) => row.querySelector("[data-open]");

if (list) {
  list.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const at = rows.findIndex((row) => row.contains(document.activeElement));
    const go = (step) => {
      for (let to = at + step; rows[to]; to += step) {
        if (!opener(rows[to])) continue;
        opener(rows[to]).focus();
        return;
      }
    };
    const acts = {
      j: () => go(1),
      k: () => go(-1),
      x: () => box(rows[at])?.click(),
      o: () => opener(rows[at])?.click(),
    };
    if (at < 0 || !acts[event.key]) return;
    event.preventDefault();
    acts[event.key]();
  });
}

const all = document.querySelector("[data-all]");
if (all) {
  all.addEventListener("change", () => {
    for (const row of rows) if (box(row)) box(row).checked = all.checked;
  });
}
