// Keys for sorting. They work only while a card has the focus, and every button works without them.

const cards = [...document.querySelectorAll("[data-card]")];
const all = document.querySelector("[data-all]");

function step(from, by) {
  const next = cards[Math.min(Math.max(cards.indexOf(from) + by, 0), cards.length - 1)];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

function act(card, key) {
  const fold = card.querySelector(".fold");
  if (fold && !fold.open && !/[jkpu]/.test(key)) fold.open = true;
  else if (key === "j") step(card, 1);
  else if (key === "k") step(card, -1);
  else if (key === "w") {
    const why = card.querySelector(".ask details");
    if (why) why.open = !why.open;
  } else if (key === "u") document.querySelector("[data-undo]")?.click();
  else if (key === "p") card.querySelector(".pick input")?.click();
  else card.querySelector(`[data-key="${CSS.escape(key)}"]`)?.click();
}

addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.repeat) return;
  const on = document.activeElement;
  const card = on?.closest?.("[data-card]");
  const key = event.key.toLowerCase();
  // On a button or a link its own keys count; a letter still goes to the card it lies in.
  if (!card || on.matches("input, select, textarea") || !/^[jkwup1-9]$/.test(key)) return;
  event.preventDefault();
  act(card, key);
});

// After an answer the next card is where the reader goes on.
if (location.hash === "#card-1") cards[0]?.focus({ preventScroll: false });

if (all) {
  all.querySelector("[data-pick-all]").addEventListener("click", () => {
    const picks = [...document.querySelectorAll(".pick input")];
    const pick = picks.some((each) => !each.checked);
    for (const each of picks) each.checked = pick;
  });
}
