// Recourse, as people meet it: a person is warned, locked, opens their page with a link and a code on a phone without
// JavaScript, appeals; another reviewer grants; everything is undone, and every page says so.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { drawn, launch, violations } from "./kit.mjs";

const { BASE_URL: base, PLAZA_URL: plaza, EVENHAND: evenhand, DATA: data, SHOTS: shots } = process.env;
const ready = base && plaza && evenhand && data;
const skip = ready ? false : "needs a server of its own: EVENHAND, DATA, PLAZA_URL";
const phone = { viewport: { width: 390, height: 844 }, colorScheme: "light", javaScriptEnabled: false };
const who = `ann.${Date.now().toString(36)}`;
let browser;
let keys;

const command = (...args) => execFileSync(evenhand, [...args, "--data", data], { encoding: "utf8" }).trim();
const key = (...args) => command("key", "add", ...args).split("\n").pop();

before(async () => {
  if (!ready) return;
  browser = await launch();
  if (shots) mkdirSync(shots, { recursive: true });
  keys = {
    platform: key("--scope", "events", "--scope", "receipts"),
    first: key("--scope", "review", "--pseudonym", "reviewer 40"),
    other: key("--scope", "review", "--pseudonym", "reviewer 41"),
  };
});

after(() => browser?.close());

const call = async (path, token, body) => {
  const answer = await fetch(base + path, {
    method: body ? "POST" : "GET",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: body && JSON.stringify(body),
  });
  const json = await answer.json();
  assert.ok(answer.ok, `${path}: ${answer.status} ${JSON.stringify(json)}`);
  return json;
};

const until = async (what, ask) => {
  for (let n = 0; n < 200; n += 1) {
    const found = await ask();
    if (found) return found;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`${what} did not come`);
};

const looked = async (post, wanted) => until(`${wanted} of ${post}`, async () =>
  (await (await fetch(`${base}/api/v1/lookup?item=${post}`)).json())[wanted]);

// Accessible, not wider than the screen, and in the pictures.
const sound = async (page, name) => {
  const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(over <= 0, `${name} is ${over} px too wide`);
  if (shots) await page.screenshot({ path: `${shots}/${name}.png`, fullPage: true });
};
const accessible = async (page, name) => {
  assert.deepEqual(await violations(page), [], name);
};

const publish = async (page, text) => {
  await page.goto(plaza);
  await page.fill("textarea[name=text]", text);
  await page.click("form[action='/post'] button");
  const link = await page.locator("a[href^='/post/']").first().getAttribute("href");
  return link.split("/").pop();
};

let page;
let own;
let posts;
let decisions;

test("a person is warned, told, and locked when it happens again", { skip }, async () => {
  const context = await browser.newContext(phone);
  page = await context.newPage();
  await page.goto(plaza);
  await page.fill("form[action='/enter'] input[name=name]", who);
  await page.click("form[action='/enter'] button");
  const first = await publish(page, "The highlanders are rats. You know what one does with rats.");
  const warned = await looked(first, "decision");
  await until("the notice", async () => {
    await page.goto(`${plaza}/notices`);
    return (await page.innerText("main")).includes("a warning");
  });
  await until("the proof of delivery", async () =>
    (await (await fetch(`${base}/api/v1/decisions/${warned}`)).json()).receipts
      .some((one) => one.state === "notice_delivered"));
  const second = await publish(page, "I say it again: the highlanders are rats.");
  const held = { outcome: "breach", clause: "hateful-conduct#dehumanisation",
    reason: "It calls a people vermin again, after the warning." };
  await call(`/api/v1/cases/${await looked(second, "case")}/decide`, keys.first, held);
  const locked = await looked(second, "decision");
  const public_ = await (await fetch(`${base}/api/v1/decisions/${locked}`)).json();
  assert.ok(public_.measures.some((one) => one.measure === "lock"), JSON.stringify(public_.measures));
  posts = { first, second };
  decisions = { warned, locked };
});

test("their page opens with a link and a code, and with nothing less", { skip }, async () => {
  await page.goto(`${plaza}/notices`);
  await page.click("text=Your page at Evenhand");
  await page.waitForURL(/\/you\//);
  own = page.url();
  assert.match(await page.innerText("h1"), /yours alone/);
  assert.doesNotMatch(await page.content(), new RegExp(who));
  await sound(page, "you-door-phone");
  await page.click("text=Send me a code");
  await page.fill("input[name=code]", "000 000");
  await page.click("text=Open my page");
  assert.match(await page.innerText("[role=alert]"), /not the code/);
  const letters = await page.context().newPage();
  const code = await until("the code", async () => {
    await letters.goto(`${plaza}/notices`);
    return /code is (\d{6})/.exec(await letters.innerText("main"))?.[1];
  });
  await letters.close();
  await page.fill("input[name=code]", code);
  await page.click("text=Open my page");
  assert.equal(await page.innerText("h1"), "Decisions about you");
  const says = await page.innerText("main");
  assert.match(says, /lapses on\s+20\d\d-/);
  assert.match(says, /If it happens again/);
  assert.equal(await page.locator("article.about").count(), 2);
  await sound(page, "you-page-phone");
  const stranger = await browser.newContext(phone);
  const there = await stranger.newPage();
  await there.goto(own);
  assert.doesNotMatch(await there.content(), /highlanders/, "the link alone shows nothing");
  await stranger.close();
});

test("they challenge the warning, and only who took no part sees it", { skip }, async () => {
  const article = page.locator(`#d-${decisions.locked}`);
  await article.locator("a.button").click();
  await sound(page, "you-appeal-phone");
  await page.fill("#text", "I meant the rugby club of that name, as the whole thread shows.");
  await page.click("text=Send it");
  assert.match(await page.innerText("[role=status]"), /arrived/);
  await page.goto(own);
  await page.locator(`#d-${decisions.warned}`).locator("a.button").click();
  await page.fill("#text", "“The highlanders” is our rugby club. We call our own players rats.");
  await page.fill("#links", "https://highlanders.example/club");
  // What is not taken is said, and nothing that was typed is lost.
  await page.setInputFiles("#file", { name: "logo.svg", mimeType: "image/png", buffer: Buffer.from("<svg onload='x'/>") });
  await page.click("text=Send it");
  assert.match(await page.innerText("[role=alert]"), /logo\.svg.*no PNG/);
  assert.match(await page.inputValue("#text"), /rugby club/);
  assert.match(await page.innerText("main"), /Choose your files again/);
  await sound(page, "you-appeal-refused-phone");
  await page.setInputFiles("#file", { name: "team photo.png", mimeType: "image/png", buffer: drawn() });
  await page.fill("#letter", "Minutes of the club of 1998: “the rats will play on Sunday”.");
  await page.click("text=Send it");
  await page.locator(`#d-${decisions.warned}`).locator("text=Add evidence").click();
  await sound(page, "you-evidence-phone");
  await page.setInputFiles("#file", { name: "statutes.txt", mimeType: "text/plain", buffer: Buffer.from("The club is called The Highlanders.") });
  await page.click("text=Send the evidence");
  assert.match(await page.innerText("[role=status]"), /evidence has arrived/);
  const handed = page.locator(`#d-${decisions.warned} details:has-text("What you handed in")`);
  assert.equal(await handed.locator("li").count(), 4);
  const seen = async (token) => (await call("/api/v1/appeals", token)).appeals.map((one) => one.appeal.decision);
  assert.ok(!(await seen(keys.first)).includes(decisions.locked), "who decided it does not see it");
  assert.ok((await seen(keys.other)).includes(decisions.locked));
  const all = (await call("/api/v1/appeals", keys.other)).appeals;
  const hidden = all.find((one) => one.appeal.decision === decisions.locked).appeal.id;
  const refused = await fetch(`${base}/api/v1/appeals/${hidden}/answer`, {
    method: "POST",
    headers: { authorization: `Bearer ${keys.first}`, "content-type": "application/json" },
    body: JSON.stringify({ outcome: "granted", reason: "It was me." }),
  });
  assert.equal(refused.status, 403);
  const open = await (await fetch(`${base}/decisions/${decisions.warned}`)).text();
  assert.match(open, /Challenged by the person concerned/);
  assert.doesNotMatch(open, /rugby/, "what they say is not public");
});

test("another reviewer grants it at the desk, and everything is undone", { skip }, async () => {
  const invited = command("person", "add", "--role", "reviewer");
  const link = /https?:\S+/.exec(invited)[0];
  for (const [look, options] of Object.entries({
    desk: { viewport: { width: 1440, height: 900 }, colorScheme: "light" },
    dark: { viewport: { width: 1440, height: 900 }, colorScheme: "dark" },
  })) {
    const context = await browser.newContext(options);
    const desk = await context.newPage();
    if (look === "desk") {
      await desk.goto(link.startsWith(base) ? link : base + new URL(link).pathname + new URL(link).search);
      await desk.fill("input[name=name]", `hearer-${who}`);
      await desk.fill("input[name=password]", "a rather long sentence about sieves");
      await desk.fill("input[name=again]", "a rather long sentence about sieves");
      await desk.click("text=Go in");
    } else {
      await desk.goto(`${base}/console/sign-in`);
      await desk.fill("input[name=name]", `hearer-${who}`);
      await desk.fill("input[name=password]", "a rather long sentence about sieves");
      await desk.click("button:text('Sign in')");
    }
    await desk.goto(`${base}/console/appeals`);
    await sound(desk, `desk-appeals-${look}`);
    await accessible(desk, "the queue");
    const appeals = (await call("/api/v1/appeals?state=all", keys.other)).appeals;
    const id = appeals.find((one) => one.appeal.decision === decisions.warned).appeal.id;
    await desk.goto(`${base}/console/appeals/${id}`);
    assert.match(await desk.innerText("main"), /rugby club/);
    assert.equal(await desk.locator(".pieces > li").count(), 4);
    assert.match(await desk.innerText(".pieces"), /statutes\.txt/);
    const veiled = desk.locator(".pieces img.veiled");
    assert.match(await veiled.evaluate((one) => getComputedStyle(one).filter), /blur/);
    assert.ok(await until("the picture", () => veiled.evaluate((one) => one.complete && one.naturalWidth > 0)));
    await sound(desk, `desk-appeal-${look}`);
    await accessible(desk, "an appeal");
    if (look === "desk") {
      await desk.check("input[value=granted]");
      await desk.fill("#reason", `${who} is right.`);
      await desk.click("text=Answer >> nth=-1");
      assert.match(await desk.innerText("[role=alert]"), /names the author/);
      await desk.fill("#reason", "The words name a sports club, and its own members say them of each other.");
      await desk.fill("#departs", "Here the name is one of a sports club.");
      await desk.locator("fieldset:has-text('Rests on') input").first().check();
      await desk.click("button:text-is('Answer')");
      assert.match(await desk.innerText("main"), /Granted, by reviewer \d+/i);
      assert.match(await desk.innerText(".pieces .cited"), /the answer rests on it/);
    }
    await context.close();
  }
});

test("every page says so: theirs, everybody's, and the platform's", { skip }, async () => {
  await page.goto(own);
  const says = await page.innerText("main");
  assert.match(says, /Your appeal was granted on/);
  assert.match(says, /Counted anew, because an earlier decision was undone/);
  await sound(page, "you-granted-phone");
  const view = async (id) => (await fetch(`${base}/api/v1/decisions/${id}`)).json();
  const undone = await view(decisions.warned);
  assert.equal(undone.appeals[0].outcome, "granted");
  const instead = await view(undone.replaced_by);
  assert.equal(instead.outcome, "no_breach");
  const again = await view((await view(decisions.locked)).replaced_by);
  assert.deepEqual(again.measures.map((one) => one.measure).sort(), ["remove", "warn"], "the lock is a warning now");
  const html = await (await fetch(`${base}/decisions/${decisions.warned}`)).text();
  assert.match(html, /Updated on/);
  assert.match(html, /no longer stands/);
  assert.match(html, /Facts it rests on/, "the old text stays readable");
  assert.doesNotMatch(html + JSON.stringify(undone), /statutes|Minutes of the club|team photo/, "no evidence is public");
  await until("the post is back", async () => {
    await page.goto(`${plaza}/post/${posts.first}`);
    return (await page.innerText("main")).includes("highlanders");
  });
  await until("the lock is over", async () => {
    await page.goto(plaza);
    return (await page.locator("form[action='/post'] textarea").count()) > 0
      && !(await page.innerText("body")).includes("locked until");
  });
});

test("they take everything with them", { skip }, async () => {
  const download = await page.context().request.get(`${own.split("?")[0]}/export`);
  const stored = await page.context().cookies();
  assert.ok(stored.some((one) => one.name === "evenhand-you" && one.httpOnly));
  assert.equal(download.status(), 200);
  const bytes = await download.body();
  assert.equal(bytes.subarray(0, 2).toString(), "PK");
  const file = `${data}/about-you.zip`;
  writeFileSync(file, bytes);
  const checked = execFileSync(evenhand, ["verify", file], { encoding: "utf8" });
  assert.match(checked, /opened: account = /, "each decision comes with what shows it");
  assert.match(checked, /checkpoint: .* signed/);
  bytes[bytes.length >> 1] ^= 1;
  writeFileSync(file, bytes);
  assert.throws(() => execFileSync(evenhand, ["verify", file], { stdio: "pipe" }), "an altered one does not");
  await page.goto(own);
  await page.click("text=Close this page");
  assert.match(await page.innerText("h1"), /yours alone/, "a code is needed again");
});

test("after two rejections there is a signed case file, and it verifies", { skip }, async () => {
  const said = await publish(page, "Once more: the highlanders are rats.");
  const decision = await looked(said, "decision").catch(() => undefined);
  const held = decision ?? await (async () => {
    const verdict = { outcome: "breach", clause: "hateful-conduct#dehumanisation", reason: "It calls a people vermin again." };
    await call(`/api/v1/cases/${await looked(said, "case")}/decide`, keys.first, verdict);
    return looked(said, "decision");
  })();
  const hearers = ["reviewer 43", "reviewer 44"].map((name) => key("--scope", "review", "--pseudonym", name));
  for (const hearer of hearers) {
    const { appeal } = await call("/api/v1/appeals", keys.platform, { decision: held, text: "It is the club again." });
    const no = { outcome: "rejected", reason: "Nothing in this post or around it speaks of a club." };
    await call(`/api/v1/appeals/${appeal}/answer`, hearer, no);
  }
  await page.goto(own);
  await page.click("text=Send me a code");
  const letters = await page.context().newPage();
  const code = await until("the code", async () => {
    await letters.goto(`${plaza}/notices`);
    // The latest stands first; the one from before was used up.
    const all = [...(await letters.innerText("main")).matchAll(/code is (\d{6})/g)];
    return all.length > 1 && all[0][1];
  });
  await letters.close();
  await page.fill("input[name=code]", code);
  await page.click("text=Open my page");
  const href = await page.locator(`#d-${held} a[href*='/case/']`).getAttribute("href");
  const file = `${data}/case.zip`;
  writeFileSync(file, await (await page.context().request.get(base + href)).body());
  const checked = execFileSync(evenhand, ["verify", file], { encoding: "utf8" });
  assert.match(checked, /manifest: of decision/);
  assert.match(checked, /checkpoint: .* signed/);
  const bytes = readFileSync(file);
  bytes[bytes.length >> 1] ^= 1;
  writeFileSync(file, bytes);
  assert.throws(() => execFileSync(evenhand, ["verify", file], { stdio: "pipe" }), "an altered one does not");
});
