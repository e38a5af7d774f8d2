// Filing: the form opens in a dialog where it is asked for, suggests while somebody types, ↑ ↓ choose, Enter files.
const dialog = document.getElementById("filing-dialog");
let asked = null;
let timer = 0;
let picked = null; // what somebody chose by arrow; stays chosen when the list is renewed

const form = () => document.getElementById("filing");
const box = () => document.getElementById("filing-q");
const places = () => [...document.querySelectorAll("[data-place]")];
const chosen = () => places().findIndex((place) => place.classList.contains("is-chosen"));

function choose(index) {
  const all = places();
  if (!all.length) return;
  const next = Math.min(Math.max(index, 0), all.length - 1);
  all.forEach((place, number) => place.classList.toggle("is-chosen", number === next));
  all[next].scrollIntoView({ block: "nearest" });
}

async function open(address) {
  const answer = await fetch(address);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const found = page.getElementById("filing");
  if (!answer.ok || !found) return location.assign(address); // logged out, or there is nothing to file
  picked = null;
  dialog.replaceChildren(document.importNode(found, true));
  dialog.showModal();
  box().focus();
}

async function suggest() {
  asked?.abort();
  const mine = (asked = new AbortController());
  const query = new URLSearchParams(new FormData(form()));
  for (const name of ["csrfmiddlewaretoken", "back"]) query.delete(name);
  try {
    const answer = await fetch(`${form().dataset.places}?${query}`, { signal: mine.signal });
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    document.getElementById("filing-places").innerHTML = await answer.text();
    const again = places().findIndex((place) => place.value === picked);
    if (again < 0) picked = null;
    else choose(again);
  } catch (error) {
    if (error.name !== "AbortError") form().requestSubmit(); // the page of its own says what is wrong
  }
}

document.addEventListener("input", (event) => {
  if (event.target !== box()) return;
  picked = null;
  clearTimeout(timer);
  timer = setTimeout(suggest, 150);
});

document.addEventListener("keydown", async (event) => {
  if (!form() || event.target !== box() || event.isComposing) return;
  if (event.key.startsWith("Arrow") && /Up|Down/.test(event.key)) {
    choose(chosen() + (event.key === "ArrowDown" ? 1 : -1));
    picked = places()[chosen()]?.value ?? null;
  } else if (event.key === "Enter") {
    event.preventDefault();
    const shown = document.querySelector("#filing-places [data-words]")?.dataset.words;
    if (!picked && shown !== box().value.trim()) {
      clearTimeout(timer); // never into what stood there for other words, unless it was chosen
      await suggest();
    }
    places()[Math.max(chosen(), 0)]?.click();
    return;
  } else return;
  event.preventDefault();
});

if (dialog) {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-file]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open(link.href);
  });
  document.addEventListener("submit", (event) => {
    if (!event.submitter?.matches("button[data-file]")) return;
    event.preventDefault();
    const query = new URLSearchParams(new FormData(event.target));
    query.delete("csrfmiddlewaretoken");
    open(`${event.submitter.formAction}?${query}`);
  });
  dialog.addEventListener("click", (event) => {
    if (event.target !== dialog && !event.target.closest("[data-filing-cancel]")) return;
    event.preventDefault();
    dialog.close();
  });
}
