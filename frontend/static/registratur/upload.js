// Uploads file by file with progress. Each file has its own key, so a second try can never make a second item.
const form = document.getElementById("upload");
const tray = document.getElementById("tray");
const veil = document.getElementById("dropveil");
const AT_ONCE = 3;
const AT_A_LOOK = 5;
const LOOK_EVERY = 2000; // milliseconds, as the list
const following = new Set();
const waiting = [];
let running = 0;
let finished = 0;
let taken = 0;

if (form) {
  const input = form.querySelector("input[type=file]");
  const text = (name) => form.dataset[`text${name}`];
  form.classList.add("upload--scripted");
  form.querySelector("button").textContent = text("Choose");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (input.files.length) add(input.files);
    else input.click();
  });
  input.addEventListener("change", () => add(input.files));
  tray.querySelector("[data-tray-close]").addEventListener("click", () => (tray.hidden = true));

  let depth = 0;
  const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
  addEventListener("dragenter", (event) => carriesFiles(event) && (depth++, (veil.hidden = false)));
  addEventListener("dragleave", (event) => carriesFiles(event) && --depth <= 0 && (veil.hidden = true));
  addEventListener("dragover", (event) => carriesFiles(event) && event.preventDefault());
  addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    depth = 0;
    veil.hidden = true;
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()); // now: later they are gone
    if (entries.some((entry) => entry?.isDirectory)) Promise.all(entries.map(filesOf)).then((found) => add(found.flat()));
    else add(event.dataTransfer.files);
  });
  addEventListener("beforeunload", (event) => (running || waiting.length) && event.preventDefault());

  function add(files) {
    for (const file of files) waiting.push(row(file));
    input.value = "";
    tray.hidden = false;
    next();
  }

  function row(file) {
    const line = document.createElement("li");
    line.className = "tray__file";
    const [name, state] = ["tray__name", "tray__state"].map((className) => {
      const part = document.createElement("span");
      part.className = className;
      return line.appendChild(part);
    });
    name.textContent = name.title = file.name;
    state.textContent = text("Waiting");
    const bar = line.appendChild(document.createElement("progress"));
    bar.max = 1;
    bar.value = 0;
    bar.setAttribute("aria-label", file.name);
    tray.querySelector(".tray__list").append(line);
    return { file, line, state, bar, key: uuid() };
  }

  function next() {
    while (running < AT_ONCE && waiting.length) send(waiting.shift());
    const all = finished + running + waiting.length;
    tray.querySelector("h2").textContent = text("Summary").replace("{done}", taken).replace("{all}", all);
  }

  function send(upload) {
    running++;
    upload.line.className = "tray__file";
    const finish = (problem) => {
      running--;
      finished++;
      if (problem) fail(upload, problem);
      else taken++;
      next();
      document.body.dispatchEvent(new CustomEvent("inbox-changed"));
    };
    if (upload.file.size > Number(form.dataset.maxMb) * 1024 * 1024) return finish(text("TooLarge"));
    const request = new XMLHttpRequest();
    request.open("POST", form.dataset.endpoint);
    request.setRequestHeader("X-CSRFToken", form.elements.csrfmiddlewaretoken.value);
    request.setRequestHeader("Idempotency-Key", upload.key);
    request.setRequestHeader("Accept", "application/json");
    request.upload.onprogress = (event) => {
      if (!event.lengthComputable) return;
      upload.bar.value = event.loaded / event.total;
      const share = Math.floor((100 * event.loaded) / event.total);
      upload.state.textContent = share < 100 ? `${share} %` : text("Storing");
    };
    request.onerror = () => finish(text("Offline"));
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) {
        upload.line.classList.add("is-taken");
        upload.state.textContent = text("Taken");
        upload.bar.remove();
        follow(upload, request);
        return finish();
      }
      finish(request.status === 401 || request.status === 403 ? text("Login") : sentence(request));
    };
    const body = new FormData();
    body.append("file", upload.file, upload.file.name);
    request.send(body);
  }

  // Taken in is not yet read: the line follows what becomes of the file until it is ready, or needs somebody.
  function follow(upload, request) {
    try {
      const item = JSON.parse(request.responseText);
      upload.address = `${form.dataset.endpoint}${item.id}/`;
      following.add(upload);
      tell(upload, item);
    } catch {
      // an answer that names no item; the list of the inbox shows it all the same
    }
  }

  function tell(upload, item) {
    if (item.state === "waiting" || item.state === "working") return;
    following.delete(upload);
    upload.line.classList.remove("is-taken");
    upload.line.classList.add(item.state === "done" ? "is-done" : "is-failed");
    const told = { done: text("Done"), refused: text("Refused"), stuck: text("Stuck") }[item.state] || item.state;
    upload.state.textContent = item.state !== "done" && item.reason_text ? `${told}: ${item.reason_text}` : told;
  }

  async function look() {
    if (document.hidden) return;
    for (const upload of [...following].slice(0, AT_A_LOOK)) {
      following.delete(upload);
      following.add(upload); // behind the others: with many files each has its turn
      try {
        const answer = await fetch(upload.address, { headers: { Accept: "application/json" } });
        if (answer.ok) tell(upload, await answer.json());
        else if (answer.status === 404) following.delete(upload);
      } catch {
        return; // no connection: asked again with the next look
      }
    }
  }
  (async () => {
    for (;;) {
      await new Promise((done) => setTimeout(done, LOOK_EVERY));
      await look();
    }
  })();

  function fail(upload, problem) {
    upload.line.classList.add("is-failed");
    upload.state.textContent = problem;
    upload.bar.value = 0;
    const again = document.createElement("button");
    again.type = "button";
    again.className = "button button--small";
    again.textContent = text("Retry");
    again.addEventListener("click", () => {
      again.remove();
      finished--;
      waiting.push(upload); // with the key it has: if the first try did arrive, this one finds it
      next();
    });
    upload.line.append(again);
  }

  function sentence(request) {
    try {
      return JSON.parse(request.responseText).title || text("Failed");
    } catch {
      return text("Failed");
    }
  }
}

// The files in a dropped folder and below it; hidden ones are left out. A browser gives at most 100 entries at a time.
async function filesOf(entry) {
  if (!entry || entry.name.startsWith(".")) return [];
  if (entry.isFile) return [await new Promise((give, fail) => entry.file(give, fail))];
  const reader = entry.createReader();
  const found = [];
  for (let some = null; some === null || some.length; found.push(...some))
    some = await new Promise((give, fail) => reader.readEntries(give, fail));
  return (await Promise.all(found.map(filesOf))).flat();
}

function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join(""); // plain http
}
