// Follows a running check: one stream, else a look within each second. Without it the page reloads itself.

const region = document.querySelector("[data-live]");
const spoken = document.querySelector("[data-spoken]");
const EVERY = 800;
const SPOKEN_EVERY = 5000;
let last = 0;

function speak(words, over) {
  const now = Date.now();
  if (!over && now - last < SPOKEN_EVERY) return;
  last = now;
  if (spoken.textContent !== words) spoken.textContent = words;
}

function show(told) {
  // What the reader has unfolded stays so.
  const open = [...region.querySelectorAll("details")].map((fold) => fold.open);
  region.innerHTML = told.html;
  region.querySelectorAll("details").forEach((fold, at) => { fold.open = open[at] ?? false; });
  speak(region.querySelector("[data-words]")?.textContent ?? "", !told.live);
}

async function poll() {
  try {
    const answer = await fetch(region.dataset.poll);
    // Who is signed out by now is led to where one signs in.
    if (answer.redirected) return location.reload();
    if (!answer.ok) throw new Error(answer.statusText);
    const told = await answer.json();
    show(told);
    if (told.live) setTimeout(poll, EVERY);
  } catch {
    setTimeout(poll, EVERY * 5);
  }
}

if (region) {
  const stream = new EventSource(region.dataset.live);
  let over = false;
  stream.onmessage = (event) => {
    const told = JSON.parse(event.data);
    over = !told.live;
    show(told);
    if (over) stream.close();
  };
  stream.onerror = () => {
    stream.close();
    if (!over) poll();
  };
}
