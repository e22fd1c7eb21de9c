// Checks a receipt (C2SP tlog-proof) in the browser: the leaf, the proof that it is in the tree, the
// checkpoint and its signature, and the fields that were opened. It asks nobody anything, so it works
// from a saved page too. Must say what it could not check, and must never pass over it.
(() => {
  "use strict";
  const KEY = "commitment to a field of a leaf in a public log; salted; fixed 1";
  const text = new TextEncoder();
  const bad = (why) => { throw new Error(why); };
  const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const same = (a, b) => hex(a) === hex(b);
  const join = (...parts) => {
    const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    parts.reduce((at, part) => { all.set(part, at); return at + part.length; }, 0);
    return all;
  };
  const base64 = (words, what) => {
    try {
      const bytes = Uint8Array.from(atob(words), (c) => c.charCodeAt(0));
      if (btoa(String.fromCharCode(...bytes)) === words) return bytes;
    } catch { /* said below */ }
    return bad(`${what} is not base64`);
  };
  const number = (words, what) => {
    if (!/^(0|[1-9][0-9]{0,18})$/.test(words)) bad(`${what} is not a number`);
    return BigInt(words);
  };
  const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const leafHash = (bytes) => sha256(join([0], bytes));
  const nodeHash = (left, right) => sha256(join([1], left, right));

  // A signed note: a text, a blank line, signature lines.
  const readNote = (note) => {
    if (/[\u0000-\u0009\u000b-\u001f]/.test(note)) bad("the checkpoint holds a control character");
    if (!note.endsWith("\n")) bad("the checkpoint does not end with a line break");
    const cut = note.lastIndexOf("\n\n");
    if (cut < 0) bad("the checkpoint has no signatures");
    const body = note.slice(0, cut + 1);
    const signatures = note.slice(cut + 2, -1).split("\n").map((line) => {
      const parts = /^\u2014 ([^ +]+) ([^ ]+)$/.exec(line);
      if (!parts) bad("a signature line of the checkpoint cannot be read");
      const bytes = base64(parts[2], "a signature");
      if (bytes.length < 5) bad("a signature is too short");
      return { name: parts[1], id: hex(bytes.slice(0, 4)), bytes: bytes.slice(4) };
    });
    return { body, signatures };
  };

  const readCheckpoint = (body) => {
    const lines = body.slice(0, -1).split("\n");
    if (lines.length < 3 || lines.some((line) => line === "")) bad("the checkpoint lacks a line");
    const root = base64(lines[2], "the root");
    if (root.length !== 32) bad("the root has not 32 bytes");
    return { origin: lines[0], size: number(lines[1], "the size of the log"), root };
  };

  const readReceipt = (receipt) => {
    const lines = receipt.split("\n");
    let at = 0;
    if (lines[at++] !== "c2sp.org/tlog-proof@v1") bad("this is no receipt: its first line is not c2sp.org/tlog-proof@v1");
    let extra = null;
    if (lines[at]?.startsWith("extra ")) extra = base64(lines[at++].slice(6), "the extra data");
    if (!lines[at]?.startsWith("index ")) bad("the place of the leaf is missing");
    const index = number(lines[at++].slice(6), "the place of the leaf");
    const proof = [];
    while (at < lines.length && lines[at] !== "") {
      const hash = base64(lines[at++], "a line of the proof");
      if (hash.length !== 32 || proof.push(hash) > 63) bad("a line of the proof is not one hash");
    }
    if (at >= lines.length - 1) bad("the checkpoint is missing");
    const note = readNote(lines.slice(at + 1).join("\n"));
    return { extra, index, proof, note, checkpoint: readCheckpoint(note.body) };
  };

  const readKey = async (vkey) => {
    const parts = /^([^+ ]+)\+([0-9a-f]{8})\+(.+)$/.exec(vkey.trim());
    if (!parts) bad("the key of the log cannot be read");
    const bytes = base64(parts[3], "the key of the log");
    if (bytes.length !== 33 || bytes[0] !== 1) bad("the key of the log is no Ed25519 key");
    const id = (await sha256(join(text.encode(`${parts[1]}\n`), bytes))).slice(0, 4);
    if (hex(id) !== parts[2]) bad("the key of the log is damaged: its id does not fit it");
    return { name: parts[1], id: parts[2], bytes: bytes.slice(1) };
  };

  // RFC 9162, 2.1.3.2.
  const rootOf = async (hash, index, size, proof) => {
    if (index >= size) bad(`the log has ${size} leaves, and this would be the one after leaf ${index - 1n}`);
    let [at, last] = [index, size - 1n];
    for (const other of proof) {
      if (last === 0n) bad("the proof is too long");
      if (at & 1n || at === last) {
        hash = await nodeHash(other, hash);
        while (!(at & 1n) && at !== 0n) { at >>= 1n; last >>= 1n; }
      } else {
        hash = await nodeHash(hash, other);
      }
      at >>= 1n;
      last >>= 1n;
    }
    if (last !== 0n) bad("the proof is too short");
    return hash;
  };

  const commitment = async (opening, context, value) => {
    const raw = text.encode(KEY);
    const key = await crypto.subtle.importKey("raw", raw, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
    const framed = [text.encode(context), text.encode(value)].map((part) => {
      const length = new Uint8Array(8);
      new DataView(length.buffer).setBigUint64(0, BigInt(part.length));
      return join(length, part);
    });
    return hex(new Uint8Array(await crypto.subtle.sign("HMAC", key, join(opening, ...framed))));
  };

  const unhex = (words) => /^[0-9a-f]{64}$/.test(words)
    ? Uint8Array.from(words.match(/../g), (pair) => parseInt(pair, 16))
    : bad("an opening is not 64 hexadecimal digits");

  const signed = async (note, key) => {
    const found = note.signatures.filter((one) => one.name === key.name && one.id === key.id);
    if (found.length === 0) bad(`the checkpoint is not signed by ${key.name}`);
    let known;
    try {
      known = await crypto.subtle.importKey("raw", key.bytes, "Ed25519", false, ["verify"]);
    } catch {
      return false;
    }
    const body = text.encode(note.body);
    for (const one of found) {
      if (!await crypto.subtle.verify("Ed25519", known, one.bytes, body)) bad("the signature under the checkpoint is not the log’s");
    }
    return true;
  };

  // Checks everything. `leaf` stands in for the one in the receipt; `shown` is what the page says that
  // the leaf must say too, `printed` the fields that the page prints and the receipt opens.
  // Gives steps of {title, says, state: "ok" | "bad" | "open"}; what follows a bad step is left out.
  const check = async (receipt, vkey, leaf = null, shown = null, printed = {}) => {
    const steps = [];
    const opened = [];
    const step = async (title, work) => {
      try {
        const says = await work();
        const state = typeof says === "string" ? "ok" : says.state;
        steps.push({ title, says: says.says ?? says, state });
      } catch (error) {
        steps.push({ title, says: error.message, state: "bad" });
        throw error;
      }
    };
    try {
      let read;
      let entry = null;
      let hash;
      if (!globalThis.crypto?.subtle) {
        steps.push({ title: "Cryptography of the browser", state: "bad", says: "This browser offers none on this address. Save the page and open the saved file, or open the page by https." });
        return { steps, opened, holds: false };
      }
      await step("The leaf", async () => {
        read = readReceipt(receipt);
        let disclosed = [];
        if (leaf === null) {
          const extra = JSON.parse(new TextDecoder().decode(read.extra ?? bad("the receipt does not carry its leaf")));
          [leaf, disclosed] = [extra.leaf, extra.disclosed];
        }
        hash = await leafHash(text.encode(leaf));
        read.disclosed = disclosed;
        return `Its ${text.encode(leaf).length} bytes have the hash ${hex(hash)}.`;
      });
      if (shown) {
        await step("The leaf is about this decision", () => {
          entry = JSON.parse(leaf);
          for (const [name, value] of Object.entries(shown)) {
            if (JSON.stringify(entry[name]) !== JSON.stringify(value)) bad(`the page and the leaf differ in “${name}”`);
          }
          return `The page and the leaf say the same: ${Object.keys(shown).join(", ")}.`;
        });
      }
      await step("The leaf is in the log", async () => {
        const { index, checkpoint, proof } = read;
        const root = await rootOf(hash, index, checkpoint.size, proof);
        if (!same(root, checkpoint.root)) bad("the proof does not lead to the root of the checkpoint");
        return `Leaf ${index} and ${proof.length} hashes lead to the root ${hex(root)} of ${checkpoint.size} leaves.`;
      });
      await step("The log signed that root", async () => {
        const key = await readKey(vkey);
        if (read.checkpoint.origin !== key.name) bad(`the checkpoint is of ${read.checkpoint.origin}, the key of ${key.name}`);
        const done = await signed(read.note, key);
        const others = read.note.signatures.length - 1;
        const more = others > 0 ? ` ${others} further signatures, by ${read.note.signatures.filter((one) => one.name !== key.name).map((one) => one.name).join(", ")}, are not checked here.` : "";
        if (!done) return { state: "open", says: `Your browser cannot check Ed25519 signatures; all hashes are right. Check the signature with “evenhand verify”.${more}` };
        return `The signature of ${key.name} (key ${key.id}) is right.${more}`;
      });
      for (const one of read.disclosed) {
        await step(`The field “${one.field}” was opened`, async () => {
          entry ??= JSON.parse(leaf);
          const committed = Object.hasOwn(entry.commitments, one.field) ? entry.commitments[one.field] : bad("the leaf has no such field");
          const made = await commitment(unhex(one.opening), `${entry.decision}/${one.field}/v1`, one.value);
          if (made !== committed) bad("the value is not the one in the leaf");
          if ((printed[one.field] ?? one.value) !== one.value) bad("the page prints something else");
          opened.push(one);
          return `The leaf holds the commitment ${committed} to it.`;
        });
      }
    } catch { /* the last step says why */ }
    const holds = steps.every((one) => one.state !== "bad");
    return { steps, opened, holds, sure: steps.every((one) => one.state === "ok"), leaf };
  };

  const element = (name, words, kind) => {
    const node = document.createElement(name);
    if (words) node.textContent = words;
    if (kind) node.className = kind;
    return node;
  };

  const MARKS = { ok: ["✓", "right"], bad: ["✗", "wrong"], open: ["?", "not checked"] };
  const show = (into, result, took) => {
    const verdict = result.sure ? "It holds." : result.holds ? "It holds, as far as this browser can tell." : "It does not hold.";
    const head = element("p", `${verdict} Checked in ${Math.max(1, Math.round(took))} ms on this machine.`, `verdict-line ${result.sure ? "ok" : result.holds ? "open" : "bad"}`);
    const list = element("ol", "", "checks");
    for (const step of result.steps) {
      const item = element("li", "", step.state);
      const mark = element("span", MARKS[step.state][0], "tick-mark");
      mark.setAttribute("aria-hidden", "true");
      const title = element("b", step.title);
      title.append(element("span", `: ${MARKS[step.state][1]}`, "hidden"));
      item.append(mark, title, element("span", step.says, "says"));
      list.append(item);
    }
    const parts = [head, list];
    if (!into.id.startsWith("page") && result.opened.length > 0) {
      const facts = element("dl", "", "facts");
      for (const one of result.opened) {
        const row = element("div");
        row.append(element("dt", one.field), element("dd", one.value));
        facts.append(row);
      }
      parts.push(element("h3", "Fields that were opened"), facts);
    }
    if (!into.id.startsWith("page") && result.leaf && result.holds) {
      const data = element("pre", JSON.stringify(JSON.parse(result.leaf), null, 2), "data");
      data.tabIndex = 0;
      data.setAttribute("role", "region");
      data.setAttribute("aria-label", "The leaf");
      parts.push(element("h3", "The leaf"), data);
    }
    into.replaceChildren(...parts);
    into.dataset.state = result.sure ? "ok" : result.holds ? "open" : "bad";
  };

  const run = async (into, ...of) => {
    const begun = performance.now();
    const result = await check(...of);
    show(into, result, performance.now() - begun);
  };

  globalThis.evenhand = { check, commitment, unhex };
  if (typeof document === "undefined") return;
  for (const node of document.querySelectorAll("[data-no-script]")) node.hidden = true;
  const record = document.getElementById("record-data");
  if (record) {
    const { receipt, vkey, shown, printed } = JSON.parse(record.textContent);
    run(document.getElementById("page-checks"), receipt, vkey, null, shown, printed);
  }
  const form = document.querySelector("[data-check]");
  form?.addEventListener("submit", (event) => {
    event.preventDefault();
    run(document.getElementById("result"), form.querySelector("#receipt").value, form.querySelector("#vkey").value);
  });
  form?.querySelector("#file").addEventListener("change", async (event) => {
    const file = event.target.files[0];
    if (!file || file.size > 1 << 20) return;
    form.querySelector("#receipt").value = await file.text();
    form.requestSubmit();
  });
})();
