// Pages or documents as tiles: dragged by mouse, moved by Alt and arrow; pages are turned by r, removed by Delete, and b
// begins a new document. The form's fields say it all.
const grid = document.getElementById("pagegrid");
let dragged = null;

const tiles = () => [...grid.querySelectorAll("[data-tile]")];
function number() {
  tiles().forEach((tile, index) => (tile.querySelector("[data-place-field]").value = index + 1));
}
function show(tile) {
  const turn = tile.querySelector("[data-turn-field]");
  if (turn) tile.querySelector("img").dataset.turn = turn.value;
  tile.classList.toggle("is-gone", Boolean(tile.querySelector("[data-gone-field]")?.checked));
  tile.classList.toggle("is-start", Boolean(tile.querySelector("[data-starts-field]")?.checked));
}
function toggle(field) {
  if (field) field.checked = !field.checked;
}
function move(tile, by) {
  const all = tiles();
  const to = Math.min(Math.max(all.indexOf(tile) + by, 0), all.length - 1);
  if (all[to] === tile) return;
  if (by > 0) all[to].after(tile);
  else all[to].before(tile);
  number();
  tile.focus();
}

if (grid) {
  tiles().forEach(show);
  grid.addEventListener("change", (event) => {
    const tile = event.target.closest("[data-tile]");
    if (event.target.matches("[data-place-field]")) {
      const place = Math.round(Number(event.target.value)) || 1;
      move(tile, place - 1 - tiles().indexOf(tile));
      number();
    }
    show(tile);
  });
  grid.addEventListener("keydown", (event) => {
    const tile = event.target;
    if (!tile.matches("[data-tile]")) return;
    if (event.altKey && /^Arrow(Left|Up)$/.test(event.key)) move(tile, -1);
    else if (event.altKey && /^Arrow(Right|Down)$/.test(event.key)) move(tile, 1);
    else if (event.ctrlKey || event.metaKey || event.altKey) return;
    else if (event.key === "r") {
      const field = tile.querySelector("[data-turn-field]");
      if (field) field.value = String((Number(field.value) + 90) % 360);
    } else if (event.key === "b") toggle(tile.querySelector("[data-starts-field]"));
    else if (event.key === "Delete") toggle(tile.querySelector("[data-gone-field]"));
    else return;
    event.preventDefault();
    show(tile);
  });
  grid.addEventListener("dragstart", (event) => (dragged = event.target.closest("[data-tile]")));
  grid.addEventListener("dragover", (event) => dragged && event.preventDefault());
  grid.addEventListener("drop", (event) => {
    const over = event.target.closest("[data-tile]");
    event.preventDefault();
    if (dragged && over && over !== dragged) move(dragged, tiles().indexOf(over) - tiles().indexOf(dragged));
    dragged = null;
  });
}
