// The registers that are open to everybody, and their rooms at the desk: who speaks for whom (two people enter a fact,
// anybody finds it and says that it is wrong), emergencies, what one person did alone. Starts a server of its own (EVENHAND).
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { answers, launch, looksAt, violations } from "./kit.mjs";

const binary = process.env.EVENHAND;
const shots = process.env.SHOTS;
const port = Number(process.env.REGISTERS_PORT ?? 18270);
const base = `http://localhost:${port}`;
const skip = binary ? false : "EVENHAND is not set";
const password = "otter candle meridian fog";
const looks = looksAt(1440, 900);
let browser;
let server;
let work;
let data;

const invite = (role) =>
  execFileSync(binary, ["person", "add", "--role", role, "--data", data], { encoding: "utf8" }).match(/token=([0-9a-f]+)/)[1];

before(async () => {
  if (skip) return;
  work = mkdtempSync(join(tmpdir(), "registers-"));
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
  assert.deepEqual(await violations(page), [], name);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  assert.equal(wide, false, `${name} is too wide`);
  if (shots) await page.screenshot({ path: join(shots, `${name}-${look}.png`), fullPage: true });
};

const signedIn = async (role, name) => {
  const context = await browser.newContext(looks.desk);
  const page = await context.newPage();
  await page.goto(`${base}/console/join?token=${invite(role)}`);
  await page.fill("input[name=name]", name);
  await page.fill("input[name=password]", password);
  await page.fill("input[name=again]", password);
  await page.click("main button");
  await page.waitForURL(`${base}/console/`);
  return { context, page };
};

test("two people enter a fact, and anybody finds it and says that it is wrong", { skip }, async () => {
  const first = await signedIn("policy_editor", "editor");
  await first.page.goto(`${base}/console/affiliations`);
  await first.page.selectOption("#about", "domain");
  await first.page.fill("#subject", "https://www.tarsk-channel.example/");
  await first.page.selectOption("#kind", "state-media");
  await first.page.fill("#name", "Tarsk Channel");
  await first.page.fill("#country", "Tarsk");
  await first.page.fill("#source", "https://regulator.example/register/17");
  await first.page.fill("#date", "2026-09-01");
  await first.page.fill("#typology", "SC: state-controlled");
  await first.page.fill("#why", "A reader asked for it.");
  await first.page.click("text=Enter it");
  assert.match(await first.page.textContent("main"), /waits for another person/i);
  assert.match(await first.page.textContent("main"), /Another person must agree/);
  await check(first.page, "desk-affiliations", "desk");
  const second = await signedIn("senior", "senior");
  await second.page.goto(`${base}/console/affiliations`);
  await second.page.click("button:has-text('Agree')");
  assert.match(await second.page.textContent("main"), /It is in the register/);

  for (const [look, options] of Object.entries(looks)) {
    const context = await browser.newContext({ ...options, javaScriptEnabled: true });
    const page = await context.newPage();
    await page.goto(`${base}/affiliations?q=tarsk-channel`);
    assert.match(await page.textContent("main"), /tarsk-channel\.example/);
    await check(page, "affiliations", look);
    await page.goto(`${base}/affiliations/wrong?subject=tarsk-channel.example`);
    await check(page, "affiliations-wrong", look);
    await page.fill("#said", "It was sold in October.");
    await page.fill("#source", "https://news.example/sold");
    await page.click("text=Send");
    assert.match(await page.textContent("h1"), /waits for an answer/);
    await page.goto(`${base}/emergencies`);
    await check(page, "emergencies", look);
    await context.close();
  }
  for (const [look, { viewport, colorScheme }] of Object.entries(looks)) {
    await second.page.setViewportSize(viewport);
    await second.page.emulateMedia({ colorScheme });
    await second.page.goto(`${base}/console/affiliations`);
    await check(second.page, "desk-affiliations-answers", look);
    await second.page.goto(`${base}/console/alone`);
    await check(second.page, "desk-alone", look);
  }
  await first.context.close();
  await second.context.close();
});
