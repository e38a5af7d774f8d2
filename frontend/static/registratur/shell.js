// What every page needs: keys from data-hotkey, copy buttons, menus that close, answers that show the login page.
const announcer = document.getElementById("announcer");
const showScripted = () => {
  for (const element of document.querySelectorAll("[data-with-script]")) element.hidden = false;
};
showScripted();

// Single keys can be switched off (WCAG 2.1.4); function keys and those with Ctrl or Alt stay.
const SWITCH = "registratur-single-keys";
const singleKeys = () => localStorage.getItem(SWITCH) !== "off";
const keySwitch = document.getElementById("single-keys");
if (keySwitch) {
  keySwitch.checked = singleKeys();
  keySwitch.addEventListener("change", () => localStorage.setItem(SWITCH, keySwitch.checked ? "on" : "off"));
}
const { install, uninstall } = await import(document.getElementById("hotkey-module").href);
const installed = new Set();
const installKeys = (root) => {
  for (const element of installed) {
    if (element.isConnected) continue;
    uninstall(element);
    installed.delete(element);
  }
  for (const element of root.querySelectorAll("[data-hotkey]")) {
    if (installed.has(element)) continue;
    installed.add(element);
    const keys = element.dataset.hotkey.split(",").filter((key) => singleKeys() || /Control|Alt|F\d/.test(key));
    if (keys.length) install(element, keys.join(","));
  }
};
installKeys(document);
document.documentElement.dataset.keys = "ready";

// Where the search field has the focus already, its own key is not typed into it.
document.addEventListener("keydown", (event) => {
  const keys = event.target.dataset?.hotkey?.split(",") ?? [];
  const bare = !event.ctrlKey && !event.altKey && !event.metaKey;
  if (event.key === "/" && bare && keys.includes("/") && event.target.value === "" && singleKeys()) event.preventDefault();
});

// A form that was not taken: on to what has to be put right, wherever on the page it stands.
document.querySelector("main [aria-invalid=true]")?.focus();
document.addEventListener("htmx:after:swap", () => {
  showScripted();
  installKeys(document);
});

// ? shows the keys over the page; the link itself leads to the whole help. Once more, or Escape, puts them away.
const help = document.querySelector("[data-keys-title]");
help?.addEventListener("hotkey-fire", async (event) => {
  event.preventDefault();
  const shown = document.getElementById("keys-dialog");
  if (shown) return shown.close();
  const answer = await fetch(help.href);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const tables = page.querySelector(".keytables");
  if (!answer.ok || !tables) return location.assign(help.href);
  const dialog = document.createElement("dialog");
  dialog.id = "keys-dialog";
  dialog.className = "dialog dialog--wide";
  dialog.setAttribute("aria-labelledby", "keys-title");
  const head = dialog.appendChild(document.createElement("form"));
  head.method = "dialog";
  head.className = "dialog__head";
  const title = head.appendChild(document.createElement("h2"));
  title.id = "keys-title";
  title.textContent = help.dataset.keysTitle;
  const close = head.appendChild(document.createElement("button"));
  close.className = "button button--small";
  close.textContent = help.dataset.close;
  dialog.append(document.importNode(tables, true));
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", (pressed) => pressed.target === dialog && dialog.close());
  document.body.append(dialog);
  dialog.showModal();
});

// j and k walk the rows of a list; Enter opens the one that has the focus, as every link.
document.addEventListener("keydown", (event) => {
  const step = { j: 1, k: -1 }[event.key];
  if (!step || event.ctrlKey || event.altKey || event.metaKey || !singleKeys()) return;
  if (event.target.matches("input, select, textarea") || document.querySelector("dialog[open]")) return;
  const rows = [...document.querySelectorAll("[data-walk] a.row__main")];
  const place = rows.indexOf(document.activeElement);
  rows[place < 0 ? 0 : Math.min(Math.max(place + step, 0), rows.length - 1)]?.focus();
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (button) {
    const source = document.querySelector(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(source.textContent.trim());
      announcer.textContent = button.dataset.copied;
      button.classList.add("is-done");
      button.title = button.dataset.copied;
    } catch {
      getSelection().selectAllChildren(source); // no right to the clipboard: marked, so that Ctrl+C does it
    }
  }
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("toggle", (event) => {
  if (event.target.open) event.target.querySelector?.(".picker__list button")?.focus();
}, true);
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details[data-menu][open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  } else if (event.target.matches?.("input")) event.target.blur();
});

// After the session has ended every fragment is the login page: show that, not a login form inside of a list.
document.addEventListener("htmx:before:response", (event) => {
  if (event.detail.ctx.response.raw.redirected) {
    event.preventDefault();
    location.reload();
  }
});
