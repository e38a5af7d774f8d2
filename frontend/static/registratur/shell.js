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

// A form that was not taken: on to what has to be put right, wherever on the page it stands.
document.querySelector("main [aria-invalid=true]")?.focus();
document.addEventListener("htmx:after:swap", () => {
  showScripted();
  installKeys(document);
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
