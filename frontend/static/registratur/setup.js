// A set-up link carries its code behind the #, which browsers send to nobody: here it goes into the form, and out of
// the address, so that it stays neither on the screen nor in the history of the browser.
const field = document.getElementById("setup-code");
const code = decodeURIComponent(location.hash.slice(1));
if (field && code) {
  field.value = code;
  history.replaceState(null, "", location.pathname);
}
if (field?.value && field.getAttribute("aria-invalid") !== "true") field.closest(".field").hidden = true;
