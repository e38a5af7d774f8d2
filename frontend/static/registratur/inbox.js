// The list asks for news by htmx; it rests while the tab is hidden, and while somebody marks text in it.
const list = document.getElementById("inbox");
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
