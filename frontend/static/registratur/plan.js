// The file plan as a tree (WAI-ARIA tree pattern): arrows walk, → opens, ← closes, digits and letters jump, Enter follows.
const KEPT = "registratur-plan-open";
const opened = new Set(JSON.parse(sessionStorage.getItem(KEPT) || "[]"));
let typed = "";
let typedAt = 0;

const groupOf = (item) => item.parentElement.querySelector(":scope > ul");
const isOpen = (item) => item.getAttribute("aria-expanded") === "true";
const parentOf = (item) => item.parentElement.parentElement.closest("li")?.querySelector(":scope > a");

function fold(item, open, keep = true) {
  const group = groupOf(item);
  if (!group) return;
  item.setAttribute("aria-expanded", String(open));
  group.hidden = !open;
  if (!keep) return;
  open ? opened.add(item.id) : opened.delete(item.id);
  sessionStorage.setItem(KEPT, JSON.stringify([...opened]));
}

function arrange() {
  const tree = document.querySelector("[data-tree]");
  if (!tree || tree.dataset.ready) return;
  tree.setAttribute("role", "tree");
  for (const group of tree.querySelectorAll("ul")) group.setAttribute("role", "group");
  for (const node of tree.querySelectorAll("li")) node.setAttribute("role", "none");
  for (const item of tree.querySelectorAll("a")) {
    item.setAttribute("role", "treeitem");
    item.tabIndex = -1;
    const group = groupOf(item);
    if (!group) continue;
    group.id = `${item.id}-below`;
    item.setAttribute("aria-owns", group.id);
    fold(item, "allOpen" in tree.dataset || opened.has(item.id), false);
  }
  const first = tree.querySelector("a.is-found") || tree.querySelector("a");
  if (first) first.tabIndex = 0;
  tree.dataset.ready = "1";
}

const shown = (tree) => [...tree.querySelectorAll("a")].filter((item) => !item.closest("ul[hidden]"));

function go(tree, item) {
  if (!item) return;
  for (const other of tree.querySelectorAll('a[tabindex="0"]')) other.tabIndex = -1;
  item.tabIndex = 0;
  item.focus();
}

// Digits are the beginning of a number, so they are kept for a moment; what is folded away is opened on the way.
function jump(tree, sign) {
  typed = Date.now() - typedAt < 900 ? typed + sign : sign;
  typedAt = Date.now();
  const wanted = typed.toLowerCase();
  const begins = (item, part) => item.querySelector(part).textContent.trim().toLowerCase().startsWith(wanted);
  const found = [...tree.querySelectorAll("a")].find((item) => begins(item, ".tree__number") || begins(item, ".tree__title"));
  if (!found) return;
  for (let above = parentOf(found); above; above = parentOf(above)) fold(above, true);
  go(tree, found);
}

document.addEventListener("keydown", (event) => {
  if (event.target.id === "plan-q" && event.key === "ArrowDown") {
    const tree = document.querySelector("[data-tree]");
    if (tree) go(tree, tree.querySelector('a[tabindex="0"]'));
    event.preventDefault();
    return;
  }
  const tree = event.target.closest?.("[data-tree]");
  if (!tree || event.ctrlKey || event.altKey || event.metaKey) return;
  const item = event.target;
  const all = shown(tree);
  const place = all.indexOf(item);
  if (event.key === "ArrowDown") go(tree, all[place + 1]);
  else if (event.key === "ArrowUp") place ? go(tree, all[place - 1]) : document.getElementById("plan-q")?.focus();
  else if (event.key === "ArrowRight") groupOf(item) && !isOpen(item) ? fold(item, true) : groupOf(item) && go(tree, all[place + 1]);
  else if (event.key === "ArrowLeft") groupOf(item) && isOpen(item) ? fold(item, false) : go(tree, parentOf(item));
  else if (event.key === "Home") go(tree, all[0]);
  else if (event.key === "End") go(tree, all.at(-1));
  else if (/^\d$/.test(event.key)) jump(tree, event.key);
  else return;
  event.preventDefault();
  event.stopPropagation();
}, true);

document.addEventListener("click", (event) => {
  const sign = event.target.closest?.(".tree__sign");
  const item = sign?.closest("[data-tree] a");
  if (!item || !groupOf(item)) return;
  event.preventDefault();
  fold(item, !isOpen(item));
});
document.addEventListener("htmx:after:swap", arrange);
arrange();
