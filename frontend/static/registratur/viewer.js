// Shows the pages of a document: loads them as they come near, zooms, jumps to a page and from find to find.
const viewer = document.getElementById("viewer");
const sheets = [...document.querySelectorAll(".sheet")];
const scroller = document.getElementById("sheets");
const NEAR = "1200px";
const CSS_DPI = 96;
const STEPS = [0.25, 0.33, 0.5, 0.67, 0.8, 1, 1.25, 1.5, 2, 3, 4];

if (sheets.length) {
  const sheetOf = (number) => sheets[number - 1];
  const scrolls = () => getComputedStyle(scroller).overflowY === "auto";

  // --- loading: a page is fetched when it comes near, and emptied again when it is far away -------------------
  const loading = new Map();
  async function load(sheet) {
    if ("loaded" in sheet.dataset || loading.has(sheet)) return loading.get(sheet);
    const control = new AbortController();
    const work = (async () => {
      try {
        const answer = await fetch(sheet.dataset.src, { signal: control.signal });
        if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
        const html = await answer.text();
        sheet.querySelector("svg").replaceWith(document.createRange().createContextualFragment(html));
        sheet.querySelector(".sheet__failed")?.remove();
        sheet.dataset.loaded = "";
        markCurrent();
      } catch (error) {
        if (error.name !== "AbortError") failed(sheet);
      } finally {
        loading.delete(sheet);
      }
    })();
    work.control = control;
    loading.set(sheet, work);
    return work;
  }
  function failed(sheet) {
    if (sheet.querySelector(".sheet__failed")) return;
    const box = document.createElement("div");
    box.className = "sheet__failed";
    const words = box.appendChild(document.createElement("p"));
    words.textContent = viewer.dataset.textFailed;
    const again = box.appendChild(document.createElement("button"));
    again.type = "button";
    again.className = "button";
    again.textContent = viewer.dataset.textAgain;
    again.addEventListener("click", () => (box.remove(), load(sheet)));
    sheet.append(box);
  }
  function unload(sheet) {
    loading.get(sheet)?.control.abort();
    if (!("loaded" in sheet.dataset) || sheet.contains(getSelection().anchorNode)) return;
    const full = sheet.querySelector("svg");
    const empty = full.cloneNode(false);
    empty.setAttribute("aria-hidden", "true");
    full.replaceWith(empty);
    delete sheet.dataset.loaded;
  }
  const near = new IntersectionObserver(
    (entries) => entries.forEach((entry) => (entry.isIntersecting ? load(entry.target) : unload(entry.target))),
    { root: scrolls() ? scroller : null, rootMargin: NEAR },
  );
  sheets.forEach((sheet) => near.observe(sheet));

  // --- which page is in view ------------------------------------------------------------------------------------
  const pageInput = document.getElementById("page-number");
  pageInput.addEventListener("focus", () => pageInput.select());
  const shown = new Map();
  const seen = new IntersectionObserver(
    (entries) => {
      entries.forEach((entry) => shown.set(entry.target, entry.intersectionRect.height));
      const most = sheets.reduce((best, sheet) => ((shown.get(sheet) || 0) > (shown.get(best) || 0) ? sheet : best));
      if (document.activeElement !== pageInput) pageInput.value = most.dataset.page;
    },
    { root: scrolls() ? scroller : null, threshold: [0, 0.1, 0.25, 0.5, 0.75, 1] },
  );
  sheets.forEach((sheet) => seen.observe(sheet));
  function show(number) {
    const sheet = sheetOf(Math.min(Math.max(number, 1), sheets.length));
    sheet.scrollIntoView({ block: "start" });
    return sheet;
  }
  document.querySelector("[data-page-form]").addEventListener("submit", (event) => {
    event.preventDefault();
    show(Number.parseInt(pageInput.value, 10) || 1);
    scroller.focus({ preventScroll: true });
  });

  // --- zoom: a width for the sheets; pictures and text follow --------------------------------------------------
  const value = document.querySelector("[data-zoom-value]");
  const fitButton = document.querySelector('[data-zoom="fit"]');
  let zoom = null; // null: as wide as the window
  const realWidth = (sheet) => (Number(sheet.dataset.width) / (Number(sheet.dataset.dpi) || 150)) * CSS_DPI;
  const fitZoom = () => Math.min(scroller.clientWidth - 32, 960) / realWidth(sheets[0]);
  function setZoom(wanted) {
    const anchor = sheetOf(Math.min(Math.max(Number(pageInput.value) || 1, 1), sheets.length));
    const top = () => (scrolls() ? scroller : viewer.querySelector(".toolbar")).getBoundingClientRect().top;
    const before = anchor.getBoundingClientRect();
    const offset = (top() - before.top) / before.height;
    zoom = wanted;
    for (const sheet of sheets) {
      if (zoom === null) sheet.style.removeProperty("--sheet-width");
      else sheet.style.setProperty("--sheet-width", `${realWidth(sheet) * zoom}px`);
    }
    fitButton.setAttribute("aria-pressed", String(zoom === null));
    value.textContent = `${Math.round((zoom ?? fitZoom()) * 100)} %`;
    const after = anchor.getBoundingClientRect();
    (scrolls() ? scroller : window).scrollBy(0, after.top - top() + offset * after.height); // the same place stays in view
  }
  const zooms = {
    in: () => setZoom(STEPS.find((step) => step > (zoom ?? fitZoom()) + 0.01) ?? STEPS.at(-1)),
    out: () => setZoom(STEPS.findLast((step) => step < (zoom ?? fitZoom()) - 0.01) ?? STEPS[0]),
    real: () => setZoom(1),
    fit: () => setZoom(null),
  };
  for (const button of document.querySelectorAll("[data-zoom]")) {
    button.addEventListener("click", zooms[button.dataset.zoom]);
  }
  addEventListener("resize", () => zoom === null && setZoom(null));
  setZoom(null);

  // --- finds: which pages have how many is asked once, the boxes come with the pages ----------------------------
  const counter = document.getElementById("finds-count");
  const wanted = Number(viewer.dataset.wanted);
  let places = []; // one entry per find: [page, number on the page]
  let at = -1;
  function markCurrent() {
    document.querySelector(".find.is-current")?.classList.remove("is-current");
    if (at < 0) return null;
    const [page, number] = places[at];
    const box = sheetOf(page).querySelectorAll("[data-find-box]")[number];
    box?.classList.add("is-current");
    return box;
  }
  async function goTo(place) {
    at = (place + places.length) % places.length;
    counter.textContent = viewer.dataset.textFinds.replace("{n}", at + 1).replace("{m}", places.length);
    const sheet = sheetOf(places[at][0]);
    const mine = at;
    if (!("loaded" in sheet.dataset)) {
      sheet.scrollIntoView({ block: "start" });
      await load(sheet);
    }
    if (mine === at) markCurrent()?.scrollIntoView({ block: "center", inline: "center" });
  }
  async function countFinds() {
    const answer = await fetch(viewer.dataset.finds);
    if (!answer.ok || answer.redirected) return;
    const { pages } = await answer.json();
    places = pages.flatMap(([page, count]) => Array.from({ length: count }, (_, number) => [page, number]));
    for (const button of document.querySelectorAll("[data-find]")) {
      button.disabled = !places.length;
      button.addEventListener("click", () => goTo(at + (button.dataset.find === "next" ? 1 : -1)));
    }
    if (!places.length) {
      counter.textContent = viewer.dataset.textNone;
      return;
    }
    const first = places.findIndex(([page]) => page >= wanted);
    goTo(Math.max(first, 0));
  }
  if (wanted > 1) show(wanted);
  if (viewer.dataset.finds) countFinds();
}
