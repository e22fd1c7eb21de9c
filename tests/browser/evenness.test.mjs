// The report on evenness and the room behind it, on a platform that treats like posts of two groups unlike: by keyboard,
// without JavaScript, on a phone, in the dark, and with assistive technology. Starts a server of its own (EVENHAND).
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { answers, end, joins, launch, looksAt, violations } from "./kit.mjs";

const binary = process.env.EVENHAND;
const shots = process.env.SHOTS;
const port = Number(process.env.EVENNESS_PORT ?? 18220);
const base = `http://127.0.0.1:${port}`;
const skip = binary ? false : "EVENHAND is not set";
const looks = looksAt(1440, 900);
const sentences = [
  "Every spring the market square fills with the same families",
  "My neighbour told the whole bus about the new arrivals",
  "Nobody at the town hall wants to say it out loud",
  "After the match the stands were left full of rubbish",
  "The letters page of the local paper has had enough",
  "Watch the harbour at night and count who comes ashore",
  "The school board heard it from three angry parents",
  "They moved into the old mill and kept the lights on",
  "Ask the baker what happened to his window last week",
  "On the late train everybody pretends to be asleep",
  "The river path was closed again for their festival",
  "Grandfather warned us about that end of the street",
  "A petition went round and half the village signed it",
  "The council pays their rent and says nothing about it",
];
let browser;
let server;
let work;
let cookies;

const run = (...args) => execFileSync(binary, args, { encoding: "utf8" });

before(async () => {
  if (skip) return;
  work = mkdtempSync(join(tmpdir(), "evenness-"));
  const book = join(work, "rulebook");
  cpSync(fileURLToPath(new URL("../../crates/console/tests/it/rulebook", import.meta.url)), book, { recursive: true });
  writeFileSync(join(book, "audit.toml"), '[[grouping]]\nname = "side"\ntitle = "Whose side the account is on"\nfrom = "$.account.side"\n');
  const data = join(work, "data");
  mkdirSync(data);
  const key = run("key", "add", "--scope", "events", "--data", data).trim();
  server = spawn(binary, ["serve", "--data", data, "--rulebook", book, "--listen", `127.0.0.1:${port}`, "--admin-listen", `127.0.0.1:${port + 1}`], { stdio: "ignore" });
  await answers(base);
  for (const [number, sentence] of sentences.entries()) {
    // Two in seven point the other way.
    const [hit, spared] = number % 7 === 3 ? ["the Meadow League", "the Harbour Party"] : ["the Harbour Party", "the Meadow League"];
    for (const [side, said] of [[hit, "they are vermin"], [spared, "they are such vermin"]]) {
      const id = `${number}-${side === hit ? "a" : "b"}`;
      const event = {
        action_id: id, action_name: "post_created", timestamp: new Date().toISOString(),
        data: { item: { id, text: `${sentence}, ${said}, all of them` }, account: { id: `author-${id}`, side } },
      };
      const answer = await fetch(`${base}/api/v1/events?wait=decision`, {
        method: "POST", body: JSON.stringify(event),
        headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      });
      assert.ok(answer.ok, await answer.text());
    }
  }
  browser = await launch();
  if (shots) mkdirSync(shots, { recursive: true });
  const told = run("person", "add", "--role", "administrator", "--data", data);
  const token = told.match(/token=([0-9a-f]+)/)[1];
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await joins(page, `${base}/console/join?token=${token}`, "ann", `${base}/console/`);
  cookies = await context.cookies();
  await context.close();
});

after(() => end({ browser, server, work }));

const open = async (options, signedIn = false) => {
  const context = await browser.newContext(options);
  if (signedIn) await context.addCookies(cookies);
  const page = await context.newPage();
  const wrong = [];
  page.on("request", (request) => {
    if (!request.url().startsWith(base)) wrong.push(`asked ${request.url()}`);
  });
  page.on("pageerror", (error) => wrong.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error" && !message.text().includes("status of 422")) wrong.push(message.text());
  });
  const close = async () => {
    await context.close();
    assert.deepEqual(wrong, []);
  };
  return { page, close };
};

const check = async (page, name, look) => {
  assert.deepEqual(await violations(page), [], name);
  const wide = await page.evaluate(() => (document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll("body *")]
    .filter((one) => one.getBoundingClientRect().right > innerWidth + 1 && !one.closest(".scroll, .rooms")).map((one) => `${one.tagName}.${one.className}`)));
  assert.deepEqual(wide, [], `${name} is too wide`);
  if (shots) await page.screenshot({ path: `${shots}/${name}-${look}.png`, fullPage: true });
};

test("without JavaScript: a report is made, read, answered and judged", { skip }, async () => {
  const { page, close } = await open({ ...looks.desk, javaScriptEnabled: false }, true);
  await page.goto(`${base}/console/audit`);
  await page.click("text=Make and publish a report now");
  await page.waitForURL(/\/console\/audit$/);
  assert.match(await page.innerText("main"), /Of 14 pairs of like posts, one by each group, 14 were decided unlike/);
  await page.goto(`${base}/console/audit/pairs`);
  await page.click("main table a >> nth=0");
  assert.ok((await page.locator("mark").count()) >= 2);
  assert.equal(await page.locator("details p").first().isVisible(), false, "who wrote it is shown on demand only");
  await page.fill("textarea", "short");
  await page.click("button:text('Publish')");
  assert.match(await page.innerText("[role=alert]"), /few words/);
  assert.equal(await page.inputValue("textarea"), "short");
  await page.fill("textarea", "The rule looks for three words in a row and missed the fourth. It has been mended.");
  await page.click("button:text('Publish')");
  await page.waitForURL(/\/console\/audit\/pair\?/);
  assert.match(await page.innerText("main"), /missed the fourth/);
  await page.goto(`${base}/evenness`);
  assert.match(await page.innerText("main"), /The platform says: The rule looks for three words/);
  await page.goto(`${base}/console/audit/blind`);
  const words = await page.innerText("main");
  assert.ok(!/removed|Breach|Party|League/.test(words), "nothing tells who, or what was decided");
  await page.click("button:text('They say the same')");
  await page.waitForURL(/\/console\/audit\/blind$/);
  assert.match(await page.innerText("main"), /You have judged 1/);
  await close();
});

for (const [look, options] of Object.entries(looks)) {
  test(`${look}: every page is accessible and fits`, { skip }, async () => {
    const { page, close } = await open(options, true);
    for (const [name, path] of Object.entries({
      evenness: "/evenness",
      "evenness-history": "/evenness/history",
      "audit-room": "/console/audit",
      "audit-pairs": "/console/audit/pairs",
      "audit-blind": "/console/audit/blind",
    })) {
      await page.goto(base + path);
      await check(page, name, look);
    }
    await page.goto(`${base}/console/audit/pairs`);
    await page.click("main table a >> nth=0");
    await check(page, "audit-pair", look);
    await close();
  });
}

test("by keyboard alone: from the list to a pair, to its author, and to an answer", { skip }, async () => {
  const { page, close } = await open(looks.desk, true);
  await page.goto(`${base}/console/audit/pairs`);
  const until = async (what) => {
    for (let press = 0; press < 60; press += 1) {
      await page.keyboard.press("Tab");
      if (await page.evaluate((what) => document.activeElement.matches(what), what)) return;
    }
    assert.fail(`${what} is not reached by Tab`);
  };
  await until("main table a");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/console\/audit\/pair\?/);
  await until("main summary");
  await page.keyboard.press("Enter");
  assert.match(await page.innerText("main details[open]"), /author-/);
  await until("textarea");
  await page.keyboard.type("Said without a mouse, and kept all the same.");
  await until("main form.fields button");
  await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
  assert.match(await page.innerText("main"), /Said without a mouse/);
  await close();
});

test("the PDF is a PDF, and the sets add up", { skip }, async () => {
  const report = await (await fetch(`${base}/api/v1/evenness`)).json();
  const paper = await fetch(`${base}/evenness/${report.id}/report.pdf`);
  const bytes = Buffer.from(await paper.arrayBuffer());
  assert.equal(bytes.subarray(0, 5).toString(), "%PDF-");
  if (shots) writeFileSync(`${shots}/evenness.pdf`, bytes);
  const sets = (await (await fetch(`${base}/evenness/${report.id}/sets.ndjson`)).text()).trim().split("\n").map((line) => JSON.parse(line));
  const unlike = sets.filter(({ cases }) => cases.some((one) => one.measured) && cases.some((one) => !one.measured));
  assert.equal(unlike.length, report.clauses[0].divergent);
  assert.match(run("audit", "recompute", base), /ok {4}report on evenness/);
});
