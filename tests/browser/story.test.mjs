// One story from its first day to its end, twice: with scripts and a passkey, and without scripts and a password. Somebody
// reports a post; a person warns its author; it happens again, and the author is locked; another person grants the appeal,
// and everything is undone. At each step the public page, the author's own page and the reporter's are looked at.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { answers, end, joins, launch, password, violations } from "./kit.mjs";

const { EVENHAND: binary, SHOTS: shots } = process.env;
const port = Number(process.env.STORY_PORT ?? 18270);
// Browsers make passkeys for a domain, never for a bare address.
const base = `http://localhost:${port}`;
const plaza = `http://127.0.0.1:${port + 2}`;
const skip = binary ? false : "EVENHAND is not set";
let browser;
let server;
let work;
let said = "";

const until = async (what, ask) => {
  for (let n = 0; n < 400; n += 1) {
    const found = await ask();
    if (found) return found;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`${what} did not come`);
};

before(async () => {
  if (skip) return;
  work = mkdtempSync(join(tmpdir(), "story-"));
  server = spawn(binary, ["serve", "--demo", "--data", join(work, "data"), "--listen", `127.0.0.1:${port}`, "--public-url", base,
    "--admin-listen", `127.0.0.1:${port + 1}`, "--plaza-listen", `127.0.0.1:${port + 2}`],
    { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, EVENHAND_DEMO_PACE: "100" } });
  for (const from of [server.stdout, server.stderr]) from.on("data", (bytes) => { said += bytes; });
  await answers(`http://127.0.0.1:${port}`);
  await answers(plaza);
  browser = await launch();
  if (shots) mkdirSync(shots, { recursive: true });
});

after(() => end({ browser, server, work }));

const view = async (id) => (await fetch(`http://127.0.0.1:${port}/api/v1/decisions/${id}`)).json();
const looked = (post, wanted, but) => until(`${wanted} of ${post}`, async () => {
  const found = (await (await fetch(`http://127.0.0.1:${port}/api/v1/lookup?item=${post}`)).json())[wanted];
  return found !== but && found;
});

// Each act of a page that leads somewhere is awaited: what comes next must not race with it.
const leads = (page, act, to) => Promise.all([page.waitForURL(to), act()]);

const accessible = async (page, name, scripts) => {
  // What looks for faults runs in the page, so it needs scripts there.
  if (scripts) assert.deepEqual(await violations(page), [], name);
  const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(over <= 0, `${name} is ${over} px too wide`);
  if (shots) await page.screenshot({ path: `${shots}/story-${name}.png`, fullPage: true });
};

const withPasskey = async (page) => {
  const client = await page.context().newCDPSession(page);
  await client.send("WebAuthn.enable");
  await client.send("WebAuthn.addVirtualAuthenticator", {
    options: { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
  });
  await page.goto(`${base}/console/me`);
  await page.getByRole("button", { name: "Add a passkey" }).click();
  await page.getByText("The passkey is kept.").waitFor();
};

const signedInAnew = async (page, name, scripts) => {
  await leads(page, () => page.getByRole("button", { name: "Sign out", exact: true }).click(), /sign-in/);
  await page.goto(`${base}/console/cases`);
  if (scripts) {
    await leads(page, () => page.getByRole("button", { name: "Sign in with a passkey" }).click(), `${base}/console/cases`);
  } else {
    await page.fill("input[name=name]", name);
    await page.fill("input[name=password]", password);
    await leads(page, () => page.click("button:text-is('Sign in')"), `${base}/console/cases`);
  }
};

let invite;

const story = (scripts) => async () => {
  const tag = `${scripts ? "with" : "without"}${Date.now().toString(36)}`;
  const context = (options = {}) => browser.newContext({ viewport: { width: 1440, height: 900 }, javaScriptEnabled: scripts, ...options });
  const open = async (options) => (await context(options)).newPage();

  // Who works here. The first administrator comes by the link that the server printed, and invites the others.
  const staff = async (name) => {
    const page = await open();
    await joins(page, await invite(), `${name}-${tag}`, `${base}/console/`);
    if (scripts) await withPasskey(page);
    await signedInAnew(page, `${name}-${tag}`, scripts);
    return page;
  };
  if (!invite) {
    const link = await until("the set-up link", () => /https?:\/\/\S+token=[0-9a-f]+/.exec(said)?.[0]);
    const boss = await open();
    await joins(boss, link, `boss-${tag}`, `${base}/console/`);
    invite = async () => {
      await boss.goto(`${base}/console/people`);
      await boss.check("input[name=role][value=reviewer]");
      await leads(boss, () => boss.click("text=Make a link for them"), /\/console\/people/);
      return boss.locator("input[value*='/console/join?token=']").inputValue();
    };
  }
  const first = await staff("first");
  const other = await staff("other");

  // The author, on the platform, and what they post. No rule finds it.
  const author = await open({ viewport: { width: 390, height: 844 } });
  await author.goto(plaza);
  await author.fill("form[action='/enter'] input[name=name]", `mo.${tag}`);
  await Promise.all([author.waitForNavigation(), author.click("form[action='/enter'] button")]);
  const publish = async (text) => {
    await author.goto(plaza);
    await author.fill("textarea[name=text]", text);
    await Promise.all([author.waitForNavigation(), author.click("form[action='/post'] button")]);
    const link = await author.locator("a[href^='/post/']").first().getAttribute("href");
    return link.split("/").pop();
  };

  // A reporter without an account, by the public form.
  const report = async (post, reason) => {
    const page = await open();
    await page.goto(`${base}/report`);
    await page.fill("#items", post);
    await page.fill("#reason", reason);
    await page.selectOption("#clause", "hateful-conduct#dehumanisation");
    await page.fill("#name", "Carl");
    await page.fill("#email", "carl@example.org");
    await page.check("input[name=good_faith]");
    await leads(page, () => page.click("main button:text-is('Send')"), /\/report\/[0-9a-f]{32,}/);
    // The platform's event may still be on its way.
    await until("the review", async () => {
      await page.reload();
      return /In review/.test(await page.innerText("main"));
    });
    return page;
  };

  // A person decides the case that the report opened.
  const decide = async (desk, post, words, reason) => {
    const before = (await (await fetch(`http://127.0.0.1:${port}/api/v1/lookup?item=${post}`)).json()).decision;
    await until("the case", async () => {
      await desk.goto(`${base}/console/cases?item=${post}`);
      return desk.locator("table.work a.title").count();
    });
    await leads(desk, () => desk.locator("table.work a.title").first().click(), /\/console\/cases\/[0-9a-f-]{36}/);
    await leads(desk, () => (scripts ? desk.keyboard.press("1") : desk.click(".choice >> nth=0")), /clause=/);
    await desk.fill("input[name=words]", words);
    if (scripts) await desk.locator("input[name=words]").blur();
    await leads(desk, () => desk.click("button[value=preview]"), /words=/);
    await desk.fill("#reason", reason);
    await leads(desk, () => desk.click("button[value=decide]"), /\/console\/cases\/[0-9a-f-]{36}$/);
    await desk.getByText("You decided").waitFor();
    const decision = await looked(post, "decision", before);
    await desk.goto(desk.url());
    await accessible(desk, `decided-${scripts ? "with" : "without"}`, scripts);
    return decision;
  };

  // Told, and the platform says so: only then does the next step punish.
  const delivered = (decision) => until("the proof of delivery", async () => {
    await author.goto(`${plaza}/notices`);
    return (await view(decision)).receipts.some((one) => one.state === "notice_delivered");
  });

  const words = "people of the valley are a sickness in this town";
  const posted = await publish(`The ${words}, and a town gets rid of a sickness.`);
  const receipt = await report(posted, "It calls a people a sickness.");
  const warned = await decide(first, posted, words, "It calls a people a sickness and wants to be rid of them.");
  assert.deepEqual((await view(warned)).measures.map((one) => one.measure).sort(), ["remove", "warn"], "first a warning");
  await delivered(warned);
  const open1 = await open();
  await open1.goto(`${base}/decisions/${warned}`);
  assert.doesNotMatch(await open1.content(), new RegExp(`mo.${tag}|sickness in this town`), "neither author nor post is public");
  await receipt.reload();
  assert.match(await receipt.innerText("main"), /wants to be rid of them/, "the reporter reads the reason");

  // It happens again, after they were told.
  const again = await publish(`I say it again: the ${words}.`);
  const receipt2 = await report(again, "They do it again.");
  const locked = await decide(first, again, words, "It says so again, after the warning.");
  assert.ok((await view(locked)).measures.some((one) => one.measure === "lock"), "then a lock");
  await delivered(locked);
  await until("the lock on the platform", async () => {
    await author.goto(plaza);
    return (await author.innerText("body")).includes("locked");
  });

  // Their own page: a link and a code.
  await author.goto(`${plaza}/notices`);
  await leads(author, () => author.click("text=Your page at Evenhand >> nth=0"), /\/you\//);
  const own = author.url();
  await Promise.all([author.waitForNavigation(), author.click("text=Send me a code")]);
  const letters = await author.context().newPage();
  const code = await until("the code", async () => {
    await letters.goto(`${plaza}/notices`);
    return /code is (\d{6})/.exec(await letters.innerText("main"))?.[1];
  });
  await letters.close();
  await author.fill("input[name=code]", code);
  await Promise.all([author.waitForNavigation(), author.click("text=Open my page")]);
  for (const id of [warned, locked]) assert.equal(await author.locator(`#d-${id}`).count(), 1, "both stand there");
  await accessible(author, `own-${scripts ? "with" : "without"}`, scripts);
  await Promise.all([author.waitForNavigation(), author.locator(`#d-${warned}`).locator("a.button").click()]);
  await author.fill("textarea", "It is a line from the play that we rehearse, and the valley is our own.");
  await Promise.all([author.waitForNavigation(), author.click("text=Send it")]);
  assert.match(await author.innerText("[role=status]"), /arrived/);

  // Who decided it never sees the appeal; another person hears it.
  await first.goto(`${base}/console/appeals`);
  assert.equal(await first.locator("main a[href^='/console/appeals/']").count(), 0, "not for who decided");
  await other.goto(`${base}/console/appeals`);
  await leads(other, () => other.locator("main a[href^='/console/appeals/']").first().click(), /\/console\/appeals\/./);
  const address = other.url();
  assert.match(await other.innerText("main"), /the play that we rehearse/);
  const refused = await first.goto(address);
  assert.equal(refused.status(), 403);
  await other.check("input[value=granted]");
  await other.fill("#reason", "The words are a line of a play, and its actors say them of their own town.");
  if (await other.locator("#departs").count()) await other.fill("#departs", "Here they are a line of a play.");
  await Promise.all([other.waitForNavigation(), other.click("button:text-is('Answer')")]);
  assert.match(await other.innerText("main"), /Granted, by reviewer \d+/i);

  // Everything is undone, and every page says so.
  const undone = await view(warned);
  assert.equal(undone.appeals[0].outcome, "granted");
  assert.equal((await view(undone.replaced_by)).outcome, "no_breach");
  const instead = await until("the lock counted anew", async () => (await view(locked)).replaced_by);
  assert.deepEqual((await view(instead)).measures.map((one) => one.measure).sort(), ["remove", "warn"], "the lock is a warning");
  await open1.goto(`${base}/decisions/${warned}`);
  assert.match(await open1.innerText("main"), /no longer stands/);
  await accessible(open1, `public-${scripts ? "with" : "without"}`, scripts);
  await author.goto(own);
  assert.match(await author.innerText("main"), /Your appeal was granted on/);
  assert.match(await author.innerText("main"), /Counted anew/);
  await until("the post is back", async () => {
    await author.goto(`${plaza}/post/${posted}`);
    return (await author.innerText("main")).includes("sickness");
  });
  await until("the lock is over", async () => {
    await author.goto(plaza);
    return !(await author.innerText("body")).includes("locked until");
  });
  await until("the reporter is told", async () => {
    await receipt.reload();
    return /line of a play/.test(await receipt.innerText("main"));
  });
  await receipt2.reload();
  assert.match(await receipt2.innerText("main"), /after the warning/);
  for (const page of [first, other, author, open1, receipt, receipt2]) await page.context().close();
};

test("with scripts and a passkey", { skip }, story(true));
test("without scripts, by password", { skip }, story(false));
