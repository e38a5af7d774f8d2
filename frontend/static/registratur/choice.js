// A field that offers what fits while somebody types: ↑ ↓ choose, Enter takes, Escape closes. Without it a form still asks.
const LINGER = 150;

function offer(place) {
  const box = place.querySelector("input");
  const list = place.querySelector("[data-choice-list]");
  const key = place.querySelector("[data-choice-key]"); // which of those called so; whoever types on means another
  let asked = null;
  let timer = 0;
  const choices = () => [...list.querySelectorAll("[data-place]")];
  const chosen = () => choices().find((choice) => choice.classList.contains("is-chosen"));

  box.setAttribute("role", "combobox");
  box.setAttribute("aria-autocomplete", "list");

  function dress() {
    list.querySelector("ul")?.setAttribute("role", "listbox");
    for (const choice of choices()) {
      choice.setAttribute("role", "option");
      choice.setAttribute("aria-selected", "false");
      choice.tabIndex = -1;
      choice.parentElement.setAttribute("role", "none");
    }
    const open = choices().length > 0;
    box.setAttribute("aria-expanded", String(open));
    if (open) box.setAttribute("aria-controls", list.querySelector("ul").id);
    else box.removeAttribute("aria-controls");
    box.removeAttribute("aria-activedescendant");
  }

  function choose(step) {
    const all = choices();
    if (!all.length) return;
    const now = all.indexOf(chosen());
    const next = now < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(now + step, 0), all.length - 1);
    all.forEach((choice, number) => {
      choice.classList.toggle("is-chosen", number === next);
      choice.setAttribute("aria-selected", String(number === next));
    });
    box.setAttribute("aria-activedescendant", all[next].id);
    all[next].scrollIntoView({ block: "nearest" });
  }

  function close() {
    clearTimeout(timer);
    asked?.abort();
    list.replaceChildren();
    dress();
  }

  function take(choice) {
    box.value = choice.dataset.words;
    if (key) key.value = choice.dataset.key;
    place.querySelector(".field__error")?.remove();
    close();
    box.dispatchEvent(new Event("change", { bubbles: true })); // what the choice brings with it is asked for
    const fields = [...box.form.querySelectorAll("input:not([type=hidden]), select, textarea")];
    fields[fields.indexOf(box) + 1]?.focus();
  }

  async function suggest() {
    asked?.abort();
    if (!box.value.trim()) return close();
    const mine = (asked = new AbortController());
    try {
      const address = new URL(place.dataset.choice, location.href);
      address.searchParams.set("q", box.value);
      const answer = await fetch(address, { signal: mine.signal });
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      list.innerHTML = await answer.text();
      dress();
    } catch (error) {
      if (error.name !== "AbortError") close(); // the form itself asks once more
    }
  }

  box.addEventListener("input", () => {
    if (key) key.value = "";
    clearTimeout(timer);
    timer = setTimeout(suggest, LINGER);
  });
  box.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") choose(event.key === "ArrowDown" ? 1 : -1);
    else if (event.key === "Enter" && chosen()) take(chosen());
    else if (event.key === "Escape" && choices().length) close();
    else return;
    event.preventDefault();
  });
  list.addEventListener("click", (event) => {
    const choice = event.target.closest("[data-place]");
    if (!choice) return;
    event.preventDefault();
    take(choice);
  });
  dress();
}

const offered = new WeakSet();

function offerAll() {
  for (const place of document.querySelectorAll("[data-choice]")) {
    if (!offered.has(place)) offer(place);
    offered.add(place);
  }
}

offerAll();
document.addEventListener("htmx:after:swap", offerAll); // fields that came with another kind
