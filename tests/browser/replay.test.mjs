// A draft is tried, looked at flip by flip, by keyboard, without JavaScript, on a phone and in the dark.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launch, looksAt, violations } from "./kit.mjs";

const base = process.env.BASE_URL;
const { EVENHAND: evenhand, DATA: data, SHOTS: shots } = process.env;
const skip = !evenhand || !data ? "neither EVENHAND nor DATA is set" : false;
const looks = looksAt(1440, 900);
let browser;
let state;
let draft;
let address;

before(async () => {
  if (skip) return;
  browser = await launch();
  if (shots) mkdirSync(shots, { recursive: true });
  const link = execFileSync(evenhand, ["person", "add", "--role", "administrator", "--data", data])
    .toString().match(/\S*\/console\/join\S*/)[0];
  const context = await browser.newContext(looks.desk);
  const page = await context.newPage();
  await page.goto(base + link.slice(link.indexOf("/console/")));
  await page.fill("#name", `tester-${process.pid}`);
  await page.fill("#password", "walnut ladder quiet harbour");
  await page.fill("#again", "walnut ladder quiet harbour");
  await page.click("main button");
  await page.waitForURL(/\/console\//);
  state = await context.storageState();
  await context.close();
  // Hateful conduct that is removed today is only demoted under the draft.
  draft = join(mkdtempSync(join(tmpdir(), "draft-")), "draft");
  cpSync(new URL("../../rulebooks/starter", import.meta.url).pathname, draft, { recursive: true });
  const ladder = join(draft, "ladder.toml");
  const milder = (part) => (part.includes('id = "hateful-conduct"') ? part.replaceAll('item = "remove"', 'item = "demote"') : part);
  writeFileSync(ladder, readFileSync(ladder, "utf8").split("[[ladder]]").map(milder).join("[[ladder]]"));
});

after(() => browser?.close());

const done = (page) => page.waitForSelector("#ways", { timeout: 120_000 });

test("a folder is uploaded and tried, with a bar meanwhile", { skip }, async () => {
  const context = await browser.newContext({ ...looks.desk, storageState: state });
  const page = await context.newPage();
  await page.goto(`${base}/console/replay`);
  await page.setInputFiles("#files", draft);
  await page.selectOption("#since", "all");
  await page.keyboard.press("Tab");
  await page.click("main form.fields button");
  await page.waitForURL(/\/console\/replay\/./, { timeout: 60_000 });
  await done(page);
  address = new URL(page.url()).pathname;
  assert.match(await page.textContent("main"), /come out otherwise/);
  assert.ok(await page.locator("ol.flips li").count() > 0, "there are flips");
  await context.close();
});

test("flips are filtered by the address", { skip }, async () => {
  const context = await browser.newContext({ ...looks.desk, storageState: state });
  const page = await context.newPage();
  await page.goto(`${base}${address}`);
  await page.selectOption("select[name=turn]", "milder");
  await Promise.all([page.waitForURL(/turn=milder/), page.click("form.filters button")]);
  const texts = await page.locator("ol.flips li > p.quiet").allTextContents();
  assert.ok(texts.length > 0 && texts.every((text) => text.includes("milder")), texts.join("\n"));
  await page.goto(`${base}${address}?turn=ban`);
  assert.equal(await page.locator("ol.flips li").count(), 0);
  await context.close();
});

test("without JavaScript a folder beside the store is tried", { skip }, async () => {
  cpSync(draft, join(data, "drafts", "tried"), { recursive: true });
  writeFileSync(join(data, "drafts", "tried", "policies", "note.txt"), "another version\n");
  const context = await browser.newContext({ ...looks.phone, storageState: state, javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(`${base}/console/replay`);
  await page.fill("#named", "tried");
  await page.click("main form.fields button");
  await done(page);
  await page.goto(`${base}/console/replay`);
  await page.fill("#named", "../../etc");
  await page.click("main form.fields button");
  assert.match(await page.textContent("main"), /letters, digits/);
  await context.close();
});

for (const [name, look] of Object.entries(looks)) {
  test(`pages of replays hold in every look: ${name}`, { skip }, async () => {
    const context = await browser.newContext({ ...look, storageState: state });
    for (const [shot, path] of [["replays", "/console/replay"], ["replay", address], ["history", "/rulebook/history"]]) {
      const page = await context.newPage();
      const wrong = [];
      page.on("console", (said) => said.type() === "error" && wrong.push(said.text()));
      await page.goto(base + path);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth + 1);
      assert.ok(!wide, `${path} is wider than the screen`);
      if (shots) await page.screenshot({ path: join(shots, `${shot}-${name}.png`), fullPage: true });
      assert.deepEqual(await violations(page), [], path);
      assert.deepEqual(wrong, []);
      await page.close();
    }
    await context.close();
  });
}
