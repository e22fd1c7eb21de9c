// The register of exemptions and its room at the desk: a post breaches, one person proposes that it stays up behind a
// notice, another agrees, everybody reads it, it is ended, and people look at the post again. Starts a server of its
// own (EVENHAND).
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { answers, launch, looksAt, violations } from "./kit.mjs";

const binary = process.env.EVENHAND;
const shots = process.env.SHOTS;
const port = Number(process.env.EXEMPTIONS_PORT ?? 18220);
const base = `http://localhost:${port}`;
const skip = binary ? false : "EVENHAND is not set";
const password = "otter candle meridian fog";
const looks = looksAt(1440, 900);
let browser;
let server;
let work;
let data;

const command = (...args) => execFileSync(binary, [...args, "--data", data], { encoding: "utf8" }).trim();

before(async () => {
  if (skip) return;
  work = mkdtempSync(join(tmpdir(), "exemptions-"));
  data = join(work, "data");
  mkdirSync(data);
  server = spawn(binary, ["serve", "--data", data, "--listen", `127.0.0.1:${port}`, "--public-url", base,
    "--admin-listen", `127.0.0.1:${port + 1}`], { stdio: "ignore" });
  await answers(`http://127.0.0.1:${port}`);
  browser = await launch();
  if (shots) mkdirSync(shots, { recursive: true });
});

after(async () => {
  await browser?.close();
  server?.kill();
  await new Promise((done) => (server ? server.once("exit", done) : done()));
  if (work) rmSync(work, { recursive: true, force: true });
});

const check = async (page, name, look) => {
  assert.deepEqual(await violations(page), [], `${name}, ${look}`);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  assert.equal(wide, false, `${name} is too wide (${look})`);
  if (shots) await page.screenshot({ path: join(shots, `${name}-${look}.png`), fullPage: true });
};

const signedIn = async (role, name) => {
  const token = command("person", "add", "--role", role).match(/token=([0-9a-f]+)/)[1];
  // Forms work without a script.
  const context = await browser.newContext({ ...looks.desk, javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(`${base}/console/join?token=${token}`);
  await page.fill("input[name=name]", name);
  await page.fill("input[name=password]", password);
  await page.fill("input[name=again]", password);
  await page.click("main button");
  await page.waitForURL(`${base}/console/`);
  return { context, page, kept: await context.storageState() };
};

const everywhere = async (address, name, kept) => {
  for (const [look, options] of Object.entries(looks)) {
    const context = await browser.newContext(kept ? { ...options, storageState: kept } : options);
    const page = await context.newPage();
    await page.goto(`${base}${address}`);
    await check(page, name, look);
    await context.close();
  }
};

const send = async (key, n, text) => {
  const answer = await fetch(`${base}/api/v1/events?wait=decision`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({
      action_id: `exempt-${n}`, action_name: "post_created", timestamp: new Date().toISOString(),
      data: {
        item: { id: `post-${n}`, kind: "post", text, language: "en", url: `https://plaza.example/p/${n}` },
        account: { id: "minister", name: "minister_of_rails", display_name: "Minister of Rails", language: "en" },
      },
    }),
  });
  assert.ok(answer.ok, `${answer.status}`);
  return answer.json();
};

test("a post stays up behind a notice, in public, until people look again", { skip }, async () => {
  const key = command("key", "add", "--scope", "events", "--scope", "receipts").split("\n").pop();
  const told = await send(key, 1, "Kerani people are vermin.");
  assert.ok(told.decision, JSON.stringify(told));
  await everywhere("/exemptions", "exemptions-none");

  const first = await signedIn("senior", "first");
  await first.page.goto(`${base}/console/exemptions`);
  await first.page.fill("#item", "post-1");
  await first.page.selectOption("#clause", "hateful-conduct#dehumanisation");
  await first.page.fill("#why", "A member of the government says here what they hold of a group whose law they write. Voters have a right to know it before the vote.");
  await first.page.fill("#notice", "This post breaches our rules against hate. It stays up because the public has an interest in knowing what an office holder says.");
  await first.page.fill("#days", "14");
  await first.page.click("button:has-text('Propose it')");
  assert.match(await first.page.textContent("main"), /waits for another person/i);
  assert.match(await first.page.textContent("main"), /Another person must agree/);
  assert.equal(await first.page.locator("button:has-text('Agree')").count(), 0, "nobody agrees with themselves");
  await everywhere("/console/exemptions", "desk-exemptions-waits", first.kept);

  const second = await signedIn("senior", "second");
  await second.page.goto(`${base}/console/exemptions`);
  await second.page.click("button:has-text('Agree')");
  assert.match(await second.page.textContent("main"), /stands in the public register/);
  await everywhere("/console/exemptions", "desk-exemptions", second.kept);

  await everywhere("/exemptions", "exemptions");
  const list = await fetch(`${base}/api/v1/exemptions`).then((answer) => answer.json());
  assert.equal(list.running, 1);
  const [one] = list.exemptions;
  await everywhere(`/exemptions/${one.id}`, "exemption");
  assert.equal(one.decisions.length, 1);
  await everywhere(`/decisions/${one.decisions[0]}`, "decision-exempt");
  const reader = await browser.newPage();
  await reader.goto(`${base}/decisions/${one.decisions[0]}`);
  assert.match(await reader.textContent("main"), /Why it was not removed/);
  await reader.click("text=exemption of the public register");
  assert.match(await reader.textContent("main"), /Voters have a right to know/);
  assert.doesNotMatch(await reader.textContent("body"), /post-1|minister_of_rails|reviewer/);
  await reader.goto(`${base}/exemptions?state=ended`);
  assert.match(await reader.textContent("main"), /Nothing fits/);

  await second.page.click("summary:has-text('End it now')");
  await second.page.fill("details[open] input[name=reason]", "The vote is over.");
  await second.page.click("button:has-text('End it')");
  assert.match(await second.page.textContent("main"), /waits for people to look at it again/);
  await second.page.goto(`${base}/console/cases`);
  assert.match(await second.page.textContent("main"), /dehumanis/i);
  await reader.goto(`${base}/exemptions/${one.id}`);
  assert.match(await reader.textContent("main"), /The vote is over/);
  await everywhere("/exemptions", "exemptions-ended");
  await reader.close();
  await first.context.close();
  await second.context.close();
});
