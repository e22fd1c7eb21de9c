// The public log as people meet it, and a decision page that checks itself: also saved, also without a
// server, and red when somebody changed it.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { launch, looksAt, violations } from "./kit.mjs";

const base = process.env.BASE_URL;
const shots = process.env.SHOTS;
const vectors = JSON.parse(readFileSync(new URL("../../crates/tlog/tests/vectors/browser.json", import.meta.url)));
const looks = looksAt(1280, 860);
let browser;
let id;

before(async () => {
  browser = await launch();
  if (shots) mkdirSync(shots, { recursive: true });
  // The log follows the decision within a second or so.
  for (let tries = 0; tries < 40; tries += 1) {
    const { decisions } = await (await fetch(`${base}/api/v1/decisions?outcome=breach`)).json();
    id = decisions[0].id;
    if ((await fetch(`${base}/decisions/${id}/receipt`)).ok) return;
    await new Promise((done) => setTimeout(done, 250));
  }
  assert.fail("no checkpoint holds the decision");
});

after(() => browser?.close());

const open = async (options) => {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const wrong = [];
  page.on("request", (request) => {
    if (/^https?:/.test(request.url()) && !request.url().startsWith(base)) wrong.push(`asked ${request.url()}`);
  });
  page.on("pageerror", (error) => wrong.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") wrong.push(message.text());
  });
  const close = async () => {
    await context.close();
    assert.deepEqual(wrong, []);
  };
  return { page, close };
};

const state = (page, where = "#page-checks") => page.waitForSelector(`${where}[data-state]`).then((node) => node.getAttribute("data-state"));

for (const [look, options] of Object.entries(looks)) {
  test(`${look}: the log’s pages and a checked decision are accessible and fit`, async () => {
    const { page, close } = await open(options);
    for (const [name, path] of Object.entries({ log: "/log/", filtered: "/log/?measure=remove", verify: "/log/verify", decision: `/decisions/${id}` })) {
      await page.goto(base + path);
      if (name === "decision") assert.equal(await state(page), "ok");
      assert.deepEqual(await violations(page), [], name);
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(over <= 0, `${name} is ${over} px too wide`);
      if (shots) await page.screenshot({ path: `${shots}/record-${name}-${look}.png`, fullPage: true });
    }
    await close();
  });
}

test("the page checks itself, step by step, in under 50 ms", async () => {
  const { page, close } = await open(looks.desk);
  await page.goto(`${base}/decisions/${id}`);
  assert.equal(await state(page), "ok");
  const steps = await page.locator("#page-checks li b").allInnerTexts();
  assert.equal(steps.length, 5, steps.join());
  assert.match(await page.innerText("#page-checks"), /It holds\. Checked in \d+ ms/);
  const times = await page.evaluate(async () => {
    const { receipt, vkey, shown } = JSON.parse(document.getElementById("record-data").textContent);
    const all = [];
    for (let n = 0; n < 21; n += 1) {
      const begun = performance.now();
      const { sure } = await evenhand.check(receipt, vkey, null, shown);
      if (sure) all.push(performance.now() - begun);
    }
    return all.sort((a, b) => a - b);
  });
  assert.equal(times.length, 21);
  console.log(`checked in ${times[10].toFixed(1)} ms (median of 21), ${times[20].toFixed(1)} ms at most`);
  assert.ok(times[10] < 50, String(times));
  await close();
});

// Each changes what the server sent and must turn the page red, at the step that is meant.
const changes = {
  "another key": [(record) => { record.vkey = vectors.receipts[0].vkey; }, /The log signed that root/],
  "another place": [(record) => { record.receipt = record.receipt.replace(/^index .*$/m, "index 0"); }, /The leaf is in the log/],
  "another leaf": [(record) => {
    const [, extra] = /^extra (.*)$/m.exec(record.receipt);
    const read = JSON.parse(Buffer.from(extra, "base64").toString());
    read.leaf = read.leaf.replace('"breach"', '"no_breach"');
    record.receipt = record.receipt.replace(extra, Buffer.from(JSON.stringify(read)).toString("base64"));
  }, /about this decision/],
  "a page that says something else": [(record) => { record.shown.measures = []; }, /about this decision/],
  "other facts": [(record) => {
    const [, extra] = /^extra (.*)$/m.exec(record.receipt);
    const read = JSON.parse(Buffer.from(extra, "base64").toString());
    read.disclosed[0].value += " ";
    record.receipt = record.receipt.replace(extra, Buffer.from(JSON.stringify(read)).toString("base64"));
  }, /was opened/],
  "facts that were never held": [(record) => { record.printed.facts = '{"en":"Nothing."}'; }, /prints something else/],
  "another signature": [(record) => {
    const at = record.receipt.lastIndexOf(" ") + 20;
    const letter = record.receipt[at] === "A" ? "B" : "A";
    record.receipt = record.receipt.slice(0, at) + letter + record.receipt.slice(at + 1);
  }, /The log signed that root/],
};
for (const [name, [change, step]] of Object.entries(changes)) {
  test(`red: ${name}`, async () => {
    const { page, close } = await open(looks.desk);
    await page.route(`**/decisions/${id}`, async (route) => {
      const answer = await route.fetch();
      const body = (await answer.text()).replace(/(id="record-data">)(.*?)(<\/script>)/s, (_, start, data, end) => {
        const record = JSON.parse(data);
        change(record);
        return start + JSON.stringify(record).replaceAll("<", "\\u003c") + end;
      });
      await route.fulfill({ response: answer, body });
    });
    await page.goto(`${base}/decisions/${id}`);
    assert.equal(await state(page), "bad");
    assert.match(await page.innerText("#page-checks li.bad"), step);
    assert.match(await page.innerText("#page-checks"), /It does not hold/);
    if (shots && name === "another leaf") await page.locator("#page-checks").screenshot({ path: `${shots}/record-red.png` });
    await close();
  });
}

test("one file checks itself without a server, and is red when changed", async () => {
  const text = await (await fetch(`${base}/decisions/${id}/file`)).text();
  const folder = mkdtempSync(join(tmpdir(), "record-"));
  const { page, close } = await open(looks.desk);
  for (const [name, html, expected] of [["whole.html", text, "ok"], ["spoilt.html", text.replace("index ", "index 1"), "bad"]]) {
    const path = join(folder, name);
    writeFileSync(path, html);
    await page.goto(pathToFileURL(path).href);
    assert.equal(await state(page), expected, name);
  }
  const { page: saved, close: closeSaved } = await open(looks.desk);
  await saved.goto(`${base}/decisions/${id}`);
  await state(saved);
  // As “Save page as, complete” does it: the page as it stands, the files beside it.
  const script = await (await fetch(base + await saved.getAttribute("script[src*=verify]", "src"))).text();
  writeFileSync(join(folder, "verify.js"), script);
  const html = (await saved.content()).replace(/src="\/static\/verify[^"]*"/, 'src="verify.js"').replace(/<link[^>]*>/g, "");
  writeFileSync(join(folder, "saved.html"), html);
  await page.goto(pathToFileURL(join(folder, "saved.html")).href);
  assert.equal(await state(page), "ok");
  assert.equal(await page.locator("#page-checks ol").count(), 1, "not twice");
  await closeSaved();
  await close();
});

test("a receipt is checked by hand on /log/verify", async () => {
  const { page, close } = await open(looks.desk);
  await page.goto(`${base}/log/verify`);
  const receipt = await (await fetch(`${base}/decisions/${id}/receipt`)).text();
  await page.fill("#receipt", receipt);
  await page.click("text=Check it");
  assert.equal(await state(page, "#result"), "ok");
  assert.match(await page.innerText("#result"), /“facts” was opened/);
  await page.fill("#receipt", "c2sp.org/tlog-proof@v1\nnonsense");
  await page.click("text=Check it");
  await page.waitForSelector("#result[data-state=bad]");
  await page.setInputFiles("#file", { name: "a.tlog-proof", mimeType: "text/plain", buffer: Buffer.from(receipt) });
  await page.waitForSelector("#result[data-state=ok]");
  await close();
});

test("the script says of every known receipt what our own verifier says", async () => {
  const { page, close } = await open(looks.desk);
  await page.goto(`${base}/log/verify`);
  const answers = await page.evaluate(async ({ receipts, commitments }) => {
    const told = [];
    for (const one of receipts) {
      const { holds, sure } = await evenhand.check(one.receipt, one.vkey, one.leaf);
      told.push([one.name, holds && sure, one.holds]);
    }
    for (const one of commitments) {
      const made = await evenhand.commitment(evenhand.unhex(one.opening), one.context, one.value);
      told.push([one.context, made === one.commitment, one.opens]);
    }
    return told;
  }, vectors);
  assert.ok(answers.length >= 28);
  for (const [name, ours, theirs] of answers) assert.equal(ours, theirs, name);
  await close();
});

test("without Ed25519 the hashes are checked and the page says what is open", async () => {
  const { page, close } = await open(looks.desk);
  await page.addInitScript(() => {
    const real = crypto.subtle.importKey.bind(crypto.subtle);
    crypto.subtle.importKey = (format, key, algorithm, ...rest) => algorithm === "Ed25519"
      ? Promise.reject(new DOMException("unknown", "NotSupportedError"))
      : real(format, key, algorithm, ...rest);
  });
  await page.goto(`${base}/decisions/${id}`);
  assert.equal(await state(page), "open");
  assert.match(await page.innerText("#page-checks"), /cannot check Ed25519/);
  await close();
});

test("without JavaScript the page says how to check by hand, and the log is readable", async () => {
  const { page, close } = await open({ ...looks.desk, javaScriptEnabled: false });
  await page.goto(`${base}/decisions/${id}`);
  assert.match(await page.innerText("main"), /evenhand verify FILE --vkey KEY/);
  await page.click("text=public log");
  await page.waitForURL(/\/log\/$/);
  assert.ok(await page.locator("table.decisions tbody tr").count() > 0);
  await page.goto(`${base}/log/verify`);
  assert.match(await page.innerText("main"), /needs JavaScript/);
  await close();
});
