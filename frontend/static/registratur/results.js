// The list of hits: j/k and the arrows walk it, Enter opens, a preview of the found page stands beside it.
const wide = matchMedia("(min-width: 56rem)");
const box = document.getElementById("q");
let current = -1;
let asked = null;

const hits = () => [...document.querySelectorAll("[data-hit]")];

function arrange() {
  for (const facets of document.querySelectorAll("[data-open-when-wide]")) facets.open = wide.matches;
  for (const select of document.querySelectorAll("[data-submit-on-change]")) {
    select.addEventListener("change", () => select.form.requestSubmit());
  }
  current = -1;
  const first = hits()[0];
  if (first && matchMedia("(min-width: 78.01rem)").matches) showPreview(first);
}

function choose(step) {
  const all = hits();
  if (!all.length) return;
  const next = Math.min(Math.max(current + step, 0), all.length - 1);
  all[current]?.classList.remove("is-current");
  current = next;
  all[current].classList.add("is-current");
  all[current].querySelector("a").focus({ preventScroll: true });
  all[current].scrollIntoView({ block: "nearest" });
  showPreview(all[current]);
}

async function showPreview(hit) {
  const pane = document.getElementById("preview");
  if (!pane) return;
  asked?.abort();
  const mine = (asked = new AbortController());
  pane.hidden = false;
  const say = (text) => {
    const words = document.createElement("p");
    words.textContent = text;
    pane.replaceChildren(words);
  };
  if ("withheld" in hit.dataset) return say(pane.dataset.withheld);
  if (!hit.dataset.preview) return say(pane.dataset.nopages);
  const slow = setTimeout(say, 200, pane.dataset.loading); // what is there at once shall not flicker
  mine.signal.addEventListener("abort", () => clearTimeout(slow));
  try {
    const answer = await fetch(hit.dataset.preview, { signal: mine.signal });
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    const html = await answer.text();
    clearTimeout(slow);
    pane.replaceChildren(document.createRange().createContextualFragment(html));
    const find = pane.querySelector("[data-find-box]");
    if (find) {
      const middle = find.getBoundingClientRect().top - pane.getBoundingClientRect().top + pane.scrollTop;
      pane.scrollTop = middle - pane.clientHeight / 2;
    } else pane.scrollTop = 0;
  } catch (error) {
    clearTimeout(slow);
    if (error.name !== "AbortError") say(pane.dataset.failed);
  }
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const typing = event.target.matches("input, select, textarea");
  const letters = !typing && localStorage.getItem("registratur-single-keys") !== "off";
  const leavesBox = event.target === box && event.key === "ArrowDown";
  if ((event.key === "ArrowDown" && (!typing || leavesBox)) || (letters && event.key === "j")) choose(1);
  else if (!typing && event.key === "ArrowUp" && current === 0) {
    hits()[0].classList.remove("is-current");
    current = -1;
    box.focus();
  } else if ((event.key === "ArrowUp" && !typing) || (letters && event.key === "k")) choose(-1);
  else return;
  event.preventDefault();
});
document.addEventListener("focusin", (event) => {
  const hit = event.target.closest("[data-hit]");
  if (!hit) return;
  const place = hits().indexOf(hit);
  if (place === current) return;
  hits()[current]?.classList.remove("is-current");
  current = place;
  hit.classList.add("is-current");
  showPreview(hit);
});
document.addEventListener("htmx:after:swap", arrange);
wide.addEventListener("change", arrange);
box.setSelectionRange(box.value.length, box.value.length);
arrange();
