// From what people settled to a rulebook in force: the list of settled lines, a worked case by one button, its replay, a
// proposal, another person's yes, and the public history; without JavaScript, by keyboard, on a phone and in the dark.
// Starts a server of its own (EVENHAND).
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { answers, end, launch, looksAt, violations } from "./kit.mjs";

const binary = process.env.EVENHAND;
const shots = process.env.SHOTS;
const port = Number(process.env.ADOPTION_PORT ?? 18230);
const base = `http://127.0.0.1:${port}`;
const skip = binary ? false : "EVENHAND is not set";
const looks = looksAt(1440, 900);
const said = "@walter9 the parade on the old bridge last week was a disgrace, and whoever pays for the band should be ashamed of it";
let browser;
let server;
let work;
let data;
let args;
const people = {};

const run = (...args) => execFileSync(binary, args, { encoding: "utf8" });

const serve = async () => {
  server = spawn(binary, args, { stdio: "ignore" });
  await answers(base);
};

const stop = async () => {
  server?.kill();
  await new Promise((done) => (server ? server.once("exit", done) : done()));
};

const post = async (key, path, body) => {
  const answer = await fetch(base + path, {
    method: "POST", body: JSON.stringify(body),
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
  });
  assert.ok(answer.ok, `${path}: ${answer.status}`);
  return answer.json();
};

before(async () => {
  if (skip) return;
  work = mkdtempSync(join(tmpdir(), "adoption-"));
  data = join(work, "data");
  mkdirSync(data);
  const book = join(work, "rulebook");
  cpSync(fileURLToPath(new URL("../../crates/console/tests/it/rulebook", import.meta.url)), book, { recursive: true });
  const events = run("key", "add", "--scope", "events", "--data", data).trim();
  const review = run("key", "add", "--scope", "review", "--pseudonym", "reviewer 9", "--data", data).trim();
  args = ["serve", "--data", data, "--rulebook", book, "--listen", `127.0.0.1:${port}`, "--admin-listen", `127.0.0.1:${port + 1}`];
  await serve();
  for (const number of [1, 2, 3]) {
    const event = {
      action_id: `event-${number}`, action_name: "post_created", timestamp: new Date().toISOString(),
      data: { item: { id: `post-${number}`, text: said }, account: { id: `author-${number}` } },
    };
    await post(events, "/api/v1/events?wait=decision", event);
    const report = { item: `post-${number}`, reason: "It is rude.", clause: "hateful-conduct#dehumanisation" };
    const { case: waiting } = await post(events, "/api/v1/reports", report);
    await post(review, `/api/v1/cases/${waiting}/decide`, { outcome: "no_breach", reason: "It is rude about a parade, and about nobody's group.", departs: "None of them is like another." });
  }
  browser = await launch();
  if (shots) mkdirSync(shots, { recursive: true });
  for (const name of ["ann", "bea"]) {
    const told = run("person", "add", "--role", "policy_editor", "--data", data);
    const token = told.match(/token=([0-9a-f]+)/)[1];
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(`${base}/console/join?token=${token}`);
    await page.fill("input[name=name]", name);
    await page.fill("input[name=password]", `otter candle meridian ${name}`);
    await page.fill("input[name=again]", `otter candle meridian ${name}`);
    await page.click("main button");
    people[name] = await context.storageState();
    await context.close();
  }
});

after(() => end({ browser, server, work }));

const open = async (name, look, script = true) => {
  const context = await browser.newContext({ ...look, storageState: people[name], javaScriptEnabled: script });
  return { page: await context.newPage(), close: () => context.close() };
};

const check = async (page, name, look) => {
  if (shots) await page.screenshot({ path: join(shots, `${name}-${look}.png`), fullPage: true });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth + 1);
  assert.ok(!wide, `${name} is wider than the screen (${look})`);
  assert.deepEqual(await violations(page), [], name);
};

let replay;

test("a settled line becomes a worked case, and the draft is tried", { skip }, async () => {
  const { page, close } = await open("ann", looks.desk, false);
  await page.goto(`${base}/console/precedents`);
  const words = await page.innerText("main");
  assert.equal(await page.locator("main li.card").count(), 1, words);
  assert.match(words, /not breached/);
  assert.match(words, /3 decisions/);
  const href = await page.getAttribute("text=The case as a file", "href");
  const file = await (await page.request.get(base + href)).text();
  assert.match(file, /breach: \[\]/);
  assert.ok(!/author-|post-|walter/.test(file), file);
  await Promise.all([page.waitForNavigation({ timeout: 60_000 }), page.click("text=Make a worked case and try it")]);
  assert.match(page.url(), /\/console\/replay\/./, await page.innerText("main"));
  await page.waitForSelector("#adoption", { timeout: 60_000 });
  replay = new URL(page.url()).pathname;
  assert.match(await page.innerText("main"), /0 come out otherwise/);
  await close();
});

for (const [name, look] of Object.entries(looks)) {
  test(`the pages hold before anything is proposed: ${name}`, { skip }, async () => {
    const { page, close } = await open("ann", look);
    await page.goto(`${base}/console/precedents`);
    await check(page, "precedents", name);
    await page.goto(base + replay);
    await check(page, "propose", name);
    await close();
  });
}

test("one proposes by keyboard, and cannot agree alone", { skip }, async () => {
  const { page, close } = await open("ann", looks.desk);
  await page.goto(base + replay);
  const until = async (what) => {
    for (let press = 0; press < 80; press += 1) {
      await page.keyboard.press("Tab");
      if (await page.evaluate((what) => document.activeElement.matches(what), what)) return;
    }
    assert.fail(`${what} is not reached by Tab`);
  };
  await until("#why");
  await page.keyboard.type("Rudeness about a parade is allowed.");
  await until("main form.fields button");
  await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
  const words = await page.innerText("main");
  assert.match(words, /Rudeness about a parade is allowed/);
  assert.match(words, /waits for another person/);
  assert.equal(await page.locator("text=Agree: it comes into force").count(), 0);
  const history = await (await fetch(`${base}/api/v1/rulebook/history`)).json();
  assert.equal(history.length, 1, "nothing is in force yet");
  await close();
});

test("another person agrees: it is in force, with the report that was seen, and a restart keeps it", { skip }, async () => {
  const { page, close } = await open("bea", looks.phone, false);
  await page.goto(base + replay);
  await page.click("text=Agree: it comes into force");
  await page.waitForURL(/#adoption$/);
  assert.match(await page.innerText("main"), /This version is in force/);
  const history = await (await fetch(`${base}/api/v1/rulebook/history`)).json();
  assert.equal(history.length, 2);
  assert.ok(history[0].in_force);
  assert.deepEqual(history[0].adopted, { why: "Rudeness about a parade is allowed.", people: 2 });
  assert.equal(history[0].replay.flips, 0);
  await page.goto(`${base}/rulebook/history`);
  assert.match(await page.innerText("main"), /2 people/);
  await page.click("text=0 of 3 items came out otherwise");
  assert.match(await page.innerText("main"), /3 items/);
  await close();
  // The folder is as it was: it does not undo what people agreed to.
  await stop();
  await serve();
  const after = await (await fetch(`${base}/api/v1/rulebook/history`)).json();
  assert.deepEqual(after.map((one) => one.in_force), [true, false]);
  assert.equal(after[0].version, history[0].version);
  // A folder that changed waits for people, too.
  await stop();
  writeFileSync(join(work, "rulebook", "policies", "note.md.txt"), "another version\n");
  await serve();
  const changed = await (await fetch(`${base}/api/v1/rulebook/history`)).json();
  assert.deepEqual(changed.map((one) => one.version), after.map((one) => one.version));
});

test("a folder that changed while the server was stopped comes into force when another person agrees", { skip }, async () => {
  const before = await (await fetch(`${base}/api/v1/rulebook/history`)).json();
  // What looks for faults of a page is a script itself, and would wait for ever without.
  const ann = await open("ann", looks.desk);
  await ann.page.goto(`${base}/console/`);
  assert.match(await ann.page.innerText("main"), /A rulebook waits for people/);
  await check(ann.page, "waits", "desk");
  await ann.page.click("text=Try it on what was recorded");
  await Promise.all([ann.page.waitForNavigation({ timeout: 60_000 }), ann.page.click("text=Try it on the last 90 days")]);
  await ann.page.waitForSelector("#adoption", { timeout: 60_000 });
  await ann.page.fill("#why", "The operator added a note.");
  await Promise.all([ann.page.waitForNavigation(), ann.page.click("main form.fields button")]);
  assert.match(await ann.page.innerText("main"), /waits for another person/);
  const bea = await open("bea", looks.desk, false);
  await bea.page.goto(ann.page.url());
  await bea.page.click("text=Agree: it comes into force");
  await bea.page.waitForURL(/#adoption$/);
  const after = await (await fetch(`${base}/api/v1/rulebook/history`)).json();
  assert.equal(after.length, before.length + 1);
  assert.ok(after[0].in_force && after[0].adopted.people === 2);
  await ann.page.goto(`${base}/console/`);
  assert.doesNotMatch(await ann.page.innerText("main"), /A rulebook waits for people/);
  await ann.close();
  await bea.close();
  // Both hold the same now: a restart changes nothing.
  await stop();
  await serve();
  const again = await (await fetch(`${base}/api/v1/rulebook/history`)).json();
  assert.deepEqual(again.map((one) => [one.version, one.in_force]), after.map((one) => [one.version, one.in_force]));
});

for (const [name, look] of Object.entries(looks)) {
  test(`the history holds: ${name}`, { skip }, async () => {
    const { page, close } = await open("bea", look);
    await page.goto(`${base}/rulebook/history`);
    await check(page, "history-adopted", name);
    await page.goto(base + replay);
    await check(page, "adopted", name);
    await close();
  });
}
