// Passkeys: asks the server for a challenge, the browser for an answer, and hands it on. A form marked `data-passkey` says
// what for: `ask` (sign in, prove again) or `make`. It stays hidden where the browser knows no passkeys; there is the password.
"use strict";
(() => {
  const known = window.PublicKeyCredential;
  if (!known?.parseCreationOptionsFromJSON || !known.parseRequestOptionsFromJSON) return;

  const problem = async (answer) => {
    const said = await answer.json().catch(() => ({}));
    if (said.back) location.assign(`/console/again?to=${encodeURIComponent(said.back)}`);
    throw new Error([said.title, said.detail].filter(Boolean).join(". ") || `The server answered ${answer.status}.`);
  };

  const fetched = async (address, options = {}) => {
    const headers = { Accept: "application/json", ...options.headers };
    const answer = await fetch(address, { ...options, headers });
    return answer.ok ? answer.json() : problem(answer);
  };

  const credential = async (form) => {
    const publicKey = await fetched(form.dataset.challenge);
    return form.dataset.passkey === "make"
      ? navigator.credentials.create({ publicKey: known.parseCreationOptionsFromJSON(publicKey) })
      : navigator.credentials.get({ publicKey: known.parseRequestOptionsFromJSON(publicKey) });
  };

  const send = async (form) => {
    const field = (name) => form.elements.namedItem(name)?.value ?? "";
    const body = { credential: (await credential(form)).toJSON(), name: field("name"), to: field("to") };
    const headers = { "Content-Type": "application/json", "X-CSRF-Token": field("csrf") };
    const { to } = await fetched(form.action, { method: "POST", headers, body: JSON.stringify(body) });
    location.assign(to);
  };

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const button = form.querySelector("button");
    const says = form.querySelector("[role=alert]");
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      button.disabled = true;
      says.hidden = true;
      send(form).catch((error) => {
        // Whoever closes the browser's own window has changed their mind, and the password is still there.
        says.textContent = error.name === "NotAllowedError" ? "No passkey was used." : error.message;
        says.hidden = false;
      }).finally(() => { button.disabled = false; });
    });
    form.hidden = false;
  }
})();
