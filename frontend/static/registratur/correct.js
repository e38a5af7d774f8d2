// Corrects a document in place: opening a form marks its text, Escape gives it up, the focus comes back to its pencil.
const boxOf = (element) => element.closest?.("[data-correct]");
const inputOf = (box) => box.querySelector("input[name=value]");
const pencilOf = (box) => box.querySelector("summary");
const toast = document.getElementById("toast");

function openForm(box) {
  box.open = true; // at once, not when the browser gets to it: whoever pressed the key may be typing already
  inputOf(box).focus();
  inputOf(box).select();
}
function giveUp(box) {
  const input = inputOf(box);
  input.value = input.dataset.stored;
  input.removeAttribute("aria-invalid");
  box.querySelector(".correct__error")?.remove();
  box.open = false;
  pencilOf(box).focus({ preventScroll: true });
}

document.addEventListener("keydown", (event) => {
  const box = boxOf(event.target);
  if (event.key !== "Escape" || !box?.open) return;
  event.stopPropagation();
  giveUp(box);
}, true);
document.addEventListener("click", (event) => {
  const pencil = event.target.closest("[data-correct] > summary");
  if (pencil) {
    event.preventDefault();
    openForm(boxOf(pencil));
  }
  if (event.target.closest("[data-correct-cancel]")) giveUp(boxOf(event.target));
  if (event.target.closest("[data-toast-close]")) toast.replaceChildren();
});

// What was typed and not saved is not lost by a slip.
addEventListener("beforeunload", (event) => {
  const open = [...document.querySelectorAll("[data-correct][open]")].map(inputOf);
  if (open.some((input) => input.value !== input.dataset.stored)) event.preventDefault();
});

const isInSight = (element) => element && element !== document.body && element.checkVisibility();
// After saving, whoever works by keyboard goes on where the work was.
document.addEventListener("htmx:after:swap", (event) => {
  const source = event.detail.ctx.sourceElement;
  const box = boxOf(source);
  if (box?.open) return inputOf(box).focus();
  if (box) return pencilOf(box).focus({ preventScroll: true });
  if (!source.matches("[data-saves]") || isInSight(document.activeElement)) return;
  (source.querySelector("summary") ?? document.getElementById("main")).focus({ preventScroll: true });
});

// An answer that is no answer of ours must not take the place of the details; what was typed stays.
const isOurs = (element) => element.matches?.("[data-saves], [data-correct] form");
const failed = () => {
  const words = document.createElement("p");
  words.className = "toast__words toast__words--warning";
  words.textContent = toast.dataset.textFailed;
  toast.replaceChildren(words);
};
document.addEventListener("htmx:before:response", (event) => {
  const { sourceElement, response } = event.detail.ctx;
  if (!isOurs(sourceElement) || response.raw.ok || response.raw.redirected) return;
  event.preventDefault();
  failed();
});
document.addEventListener("htmx:error", (event) => {
  const source = event.detail.ctx?.sourceElement;
  if (source && isOurs(source)) failed();
});
