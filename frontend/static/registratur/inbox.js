// The list asks for news by htmx; it rests while the tab is hidden, and while somebody marks text in it.
const list = document.getElementById("inbox");
const bulk = document.getElementById("item-bulk");
const busy = () => {
  const marked = getSelection();
  return document.hidden || (!marked.isCollapsed && list.contains(marked.anchorNode));
};
document.addEventListener("htmx:before:request", (event) => {
  if (event.target === list && busy()) event.preventDefault();
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) document.body.dispatchEvent(new CustomEvent("inbox-changed"));
});

// Items are picked by their checkboxes, which keep their state when the list is renewed.
const picks = () => [...list.querySelectorAll("input[name=item]")];
const picked = () => picks().filter((box) => box.checked);
const count = bulk.querySelector("[data-text-picked]");
function tell() {
  const text = count.dataset.textPicked.replace("{n}", picked().length);
  if (count.textContent !== text) count.textContent = text;
}
list.addEventListener("change", tell);
document.addEventListener("htmx:after:swap", tell);
bulk.addEventListener("reset", () => setTimeout(tell));
bulk.querySelector("[data-pick=all]").addEventListener("click", () => {
  for (const box of picks()) box.checked = true;
  tell();
});
tell();

// What became of the items is asked in a dialog; the page of its own stays for browsers without scripts.
const dialog = document.getElementById("settle-dialog");
async function ask(address) {
  const answer = await fetch(address);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const form = page.getElementById("settle");
  if (!answer.ok || !form) return location.assign(address); // logged out, or all of them are settled
  dialog.replaceChildren(document.importNode(form, true));
  dialog.showModal();
}
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-settle]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  ask(link.href);
});
bulk.addEventListener("submit", (event) => {
  if (!event.submitter?.matches("[data-settle]")) return;
  event.preventDefault();
  const chosen = new URLSearchParams(new FormData(bulk));
  chosen.delete("csrfmiddlewaretoken");
  ask(`${bulk.action}?${chosen}`);
});
dialog.addEventListener("click", (event) => {
  if (event.target !== dialog && !event.target.closest("[data-settle-cancel]")) return;
  event.preventDefault();
  dialog.close();
});

// j and k walk the list; x, e and r act on the item that has the focus.
const rows = () => [...list.querySelectorAll("[data-item]")];
const current = () => document.activeElement?.closest("[data-item]");
function walk(step) {
  const all = rows();
  const place = all.indexOf(current());
  const next = all[place < 0 ? 0 : Math.min(Math.max(place + step, 0), all.length - 1)];
  next?.focus({ preventScroll: true });
  next?.scrollIntoView({ block: "nearest" });
}
const ACTIONS = {
  j: () => walk(1),
  ArrowDown: () => walk(1),
  k: () => walk(-1),
  ArrowUp: () => walk(-1),
  x: () => current()?.querySelector("input[name=item]")?.click(),
  l: () => {
    const button = picked().length ? bulk.querySelector("button[data-file]") : current()?.querySelector("[data-file]");
    button?.click();
  },
  r: () => current()?.querySelector("[data-retry]")?.click(),
  e: () => {
    const button = picked().length ? bulk.querySelector("button[data-settle]") : current()?.querySelector("[data-settle]");
    button?.click();
  },
};
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || document.querySelector("dialog[open]")) return;
  const typing = event.target.matches("input:not([type=checkbox]), select, textarea");
  const letter = event.key.length === 1;
  if (typing || (letter && localStorage.getItem("registratur-single-keys") === "off")) return;
  if (event.key === "Enter" && event.target.matches("[data-item]")) event.target.querySelector(".item__name a, .item__title a")?.click();
  else if (ACTIONS[event.key]) {
    event.preventDefault();
    ACTIONS[event.key]();
  }
});
