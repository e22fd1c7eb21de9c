// The public pages as people meet them: by keyboard, without JavaScript, on a phone, in the dark,
// and with assistive technology.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { after, before, test } from "node:test";
import { launch, looksAt, violations } from "./kit.mjs";

const base = process.env.BASE_URL;
const shots = process.env.SHOTS;
const looks = looksAt(1280, 860);
let browser;
let paths;

const json = async (path) => (await fetch(base + path)).json();

before(async () => {
  browser = await launch();
  if (shots) mkdirSync(shots, { recursive: true });
  const breach = (await json("/api/v1/decisions?outcome=breach")).decisions[0];
  const order = (await json("/api/v1/decisions?outcome=no_breach")).decisions[0];
  assert.ok(breach && order, "the server has decisions of both kinds");
  const rulebook = await json("/api/v1/rulebook");
  const policy = rulebook.policies[0].id;
  paths = {
    overview: "/",
    decisions: "/decisions",
    filtered: "/decisions?outcome=breach",
    breach: `/decisions/${breach.id}`,
    order: `/decisions/${order.id}`,
    rulebook: "/rulebook",
    try: "/rulebook/try",
    history: "/rulebook/history",
    policy: `/rulebook/${rulebook.version}/${policy}`,
    lookup: "/lookup",
    unseen: "/lookup?q=there-is-no-such-post",
    problems: "/problems",
    missing: "/there-is-no-such-page",
  };
});

after(() => browser?.close());

// A page that fails the test when it asks another host, breaks its own policy or throws.
const open = async (options) => {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const wrong = [];
  page.on("request", (request) => {
    if (!request.url().startsWith(base)) wrong.push(`asked ${request.url()}`);
  });
  page.on("pageerror", (error) => wrong.push(String(error)));
  page.on("console", (message) => {
    const expected = message.text().includes("status of 404");
    if (message.type() === "error" && !expected) wrong.push(message.text());
  });
  const close = async () => {
    await context.close();
    assert.deepEqual(wrong, []);
  };
  return { page, close };
};

for (const [look, options] of Object.entries(looks)) {
  test(`${look}: every page is accessible and fits`, async () => {
    const { page, close } = await open(options);
    for (const [name, path] of Object.entries(paths)) {
      await page.goto(base + path);
      assert.deepEqual(await violations(page), [], name);
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(over <= 0, `${name} is ${over} px too wide`);
      if (shots) await page.screenshot({ path: `${shots}/${name}-${look}.png`, fullPage: true });
    }
    await close();
  });
}

for (const [look, options] of Object.entries(looks)) {
  test(`${look}: the rules say why, without JavaScript, and nothing is kept`, async () => {
    const { page, close } = await open({ ...options, javaScriptEnabled: false });
    const count = async () => (await json("/api/v1/lookup?item=try")).outcome;
    const before = await count();
    await page.goto(`${base}/rulebook/try`);
    await page.fill("#text", "The highlanders are rats. <b>You know</b> what one does with rats.");
    await page.click("button:text('Try')");
    assert.match(await page.innerText("main"), /What the rules find/);
    assert.equal(await page.locator("main q").first().innerText(), "highlanders are rats");
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(over <= 0, `${over} px too wide`);
    if (shots) await page.screenshot({ path: `${shots}/tried-${look}.png`, fullPage: true });
    await page.locator("summary", { hasText: "did not hold" }).click();
    assert.ok((await page.locator("main details table tbody tr").count()) > 10);
    assert.deepEqual(await count(), before);
    await close();
  });
}

test("dark is dark and light is light", async () => {
  const shade = async (options) => {
    const { page, close } = await open(options);
    await page.goto(base);
    const colour = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    await close();
    return colour.match(/\d+/g).slice(0, 3).reduce((sum, part) => sum + Number(part), 0);
  };
  assert.ok((await shade(looks.desk)) > 600);
  assert.ok((await shade(looks.dark)) < 150);
});

test("by keyboard alone: skip, look up, and read a decision", async () => {
  const { page, close } = await open(looks.desk);
  await page.goto(base);
  const focused = () => page.evaluate(() => {
    const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
    return {
      words: document.activeElement.innerText?.trim() ?? "",
      name: document.activeElement.getAttribute("name"),
      id: document.activeElement.id,
      ring: outlineStyle !== "none" && parseFloat(outlineWidth) >= 2,
    };
  });
  await page.keyboard.press("Tab");
  assert.equal((await focused()).words, "Skip to the content");
  await page.keyboard.press("Enter");
  assert.equal((await focused()).id, "main");
  await page.keyboard.press("Tab");
  assert.equal((await focused()).name, "q");
  await page.keyboard.type("there-is-no-such-post");
  await page.keyboard.press("Enter");
  await page.waitForURL(/lookup\?q=/);
  assert.match(await page.innerText("main"), /Nobody has looked at it here/);

  await page.goto(`${base}/decisions`);
  let reached = false;
  for (let press = 0; press < 40 && !reached; press += 1) {
    await page.keyboard.press("Tab");
    const at = await focused();
    assert.ok(at.ring, `the focus is seen on “${at.words}”`);
    reached = await page.evaluate(() => document.activeElement.matches("a.title"));
  }
  assert.ok(reached, "a decision is reached by Tab");
  await page.keyboard.press("Enter");
  await page.waitForURL(/decisions\/[0-9a-f-]{36}$/);
  assert.match(await page.innerText("main"), /Facts it rests on/);
  await close();
});

test("without JavaScript: everything is there and works", async () => {
  const { page, close } = await open({ ...looks.desk, javaScriptEnabled: false });
  await page.goto(base);
  assert.equal(await page.locator("[data-live-bar]").isVisible(), false);
  assert.ok((await page.locator("table.decisions a.title").count()) > 0);
  await page.goto(`${base}/decisions`);
  await page.selectOption("select[name=outcome]", "breach");
  await page.click("text=Filter");
  await page.waitForURL(/outcome=breach/);
  const held = await page.locator("td.held").allInnerTexts();
  assert.ok(held.length > 0 && held.every((word) => word === "Breach"), held.join());
  await page.locator("a.title").first().click();
  const tongue = page.locator(".tongues details").first();
  if (await tongue.count()) {
    await tongue.locator("summary").click();
    assert.ok(await tongue.locator(".prose").isVisible());
  }
  await page.goto(base + paths.policy);
  assert.ok((await page.locator("ol.ladder li").count()) > 0, "the ladder is drawn");
  await close();
});

test("the overview keeps itself current, and can be paused", async () => {
  const { page, close } = await open(looks.desk);
  await page.goto(base);
  const pause = page.getByRole("button", { name: "Pause updates" });
  assert.ok(await pause.isVisible());
  const asked = page.waitForRequest((request) => request.resourceType() === "fetch", { timeout: 9000 });
  await asked;
  await pause.click();
  assert.ok(await page.getByRole("button", { name: "Resume updates" }).isVisible());
  await close();
});

test("a chart's table says what its bars say", async () => {
  const { page, close } = await open(looks.desk);
  await page.goto(base);
  const sums = await page.evaluate(() => [...document.querySelectorAll(".chart")].map((chart) => {
    const number = (node) => Number(node.textContent.replaceAll(",", ""));
    const total = (nodes) => [...nodes].reduce((sum, node) => sum + number(node), 0);
    return [total(chart.querySelectorAll(".legend b")), total(chart.querySelectorAll("td.number"))];
  }));
  assert.ok(sums.length === 2 && sums.every(([legend, table]) => legend > 0 && legend === table), String(sums));
  await close();
});
