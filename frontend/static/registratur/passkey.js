// Passkeys: the browser asks the device, and the form carries the answer to the server like any other.
const forms = document.querySelectorAll("form[data-passkey]");
const able = globalThis.PublicKeyCredential?.parseRequestOptionsFromJSON !== undefined;

for (const form of forms) {
  if (!able) continue; // stays hidden: an old browser, or a page without TLS
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void answer(form);
  });
}

async function answer(form) {
  const words = form.querySelector("[data-passkey-failed]");
  words.hidden = true;
  try {
    const credential = await ask(form);
    form.elements.credential.value = JSON.stringify(credential.toJSON());
  } catch {
    words.hidden = false; // the person said no, took too long, or has none
    return;
  }
  form.submit();
}

async function ask(form) {
  const typed = new FormData(form);
  typed.delete("password"); // goes with the answer alone
  const reply = await fetch(form.dataset.question, { method: "POST", body: typed });
  if (!reply.ok) throw new Error(reply.statusText);
  const { publicKey } = await reply.json();
  if (form.dataset.passkey === "create") {
    return navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(publicKey) });
  }
  return navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(publicKey) });
}
