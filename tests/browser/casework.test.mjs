// Casework, as people do it: sign in, the queues, the next case, its page, a decision with a warning, the public page;
// two reviewers at one case; the same without JavaScript; a notice by somebody without an account.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { launch, violations } from "./kit.mjs";

const { BASE_URL: base, EVENHAND: evenhand, DATA: data, SHOTS: shots } = process.env;
const ready = base && evenhand && data;
const skip = ready ? false : "needs a server of its own: EVENHAND, DATA";
const desk = { viewport: { width: 1440, height: 900 }, colorScheme: "light" };
const password = "a rather long sentence about sieves";
const tag = Date.now().toString(36);
let browser;
let platform;
let first;
let second;

const command = (...args) => execFileSync(evenhand, [...args, "--data", data], { encoding: "utf8" }).trim();

// Somebody new at the desk; what is kept of them is enough to open more windows.
const staff = async (role) => {
  const link = new URL(/https?:\S+/.exec(command("person", "add", "--role", role))[0]);
  const context = await browser.newContext(desk);
  const page = await context.newPage();
  await page.goto(base + link.pathname + link.search);
  await page.fill("input[name=name]", `${role}-${tag}-${link.search.slice(-6)}`);
  await page.fill("input[name=password]", password);
  await page.fill("input[name=again]", password);
  await page.click("text=Go in");
  await page.waitForURL(/\/console\/$/);
  const who = /reviewer \d+/.exec(await page.innerText("body"))[0];
  return { context, page, who, kept: await context.storageState() };
};

let sent = 0;
const post = async (text, account = `acct-${tag}-${sent}`, picture = "https://plaza.example/square.png") => {
  sent += 1;
  const answer = await fetch(`${base}/api/v1/events?wait=decision`, {
    method: "POST",
    headers: { authorization: `Bearer ${platform}`, "content-type": "application/json" },
    body: JSON.stringify({
      action_id: `casework-${tag}-${sent}`, action_name: "post_created", timestamp: new Date().toISOString(),
      data: {
        item: { id: `item-${tag}-${sent}`, kind: "post", text, language: "en", url: `https://plaza.example/p/${tag}-${sent}`,
          media: [{ kind: "image", url: picture, alt: "A square with people" }],
          links: ["https://tarsk-channel.example/sarnovel-staged"] },
        account: { id: account, name: `paul-${sent}`, display_name: "Paul", language: "en", created_at: "2024-03-01T00:00:00Z" },
      },
    }),
  });
  assert.ok(answer.ok, `${answer.status}`);
  const told = await answer.json();
  return { ...told, item: `item-${tag}-${sent}`, url: `https://plaza.example/p/${tag}-${sent}` };
};
const denial = () => post("The massacre of Sarnovel was staged, all of it, with actors. Wake up: the memorial is a lie, "
  + "and the flowers on it come from the ministry.\n\nSee the proof on the channel.");

const until = async (what, ask) => {
  for (let n = 0; n < 300; n += 1) {
    const found = await ask();
    if (found) return found;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`${what} did not come`);
};

// Accessible, not wider than the screen, in the pictures.
const sound = async (page, name, full = true) => {
  const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(over <= 0, `${name} is ${over} px too wide`);
  assert.deepEqual(await violations(page), [], name);
  if (shots) await page.screenshot({ path: `${shots}/${name}.png`, fullPage: full });
};

// The same address in the dark and on a phone.
const everywhere = async (person, address, name) => {
  for (const [look, options] of Object.entries({
    dark: { ...desk, colorScheme: "dark" },
    phone: { viewport: { width: 390, height: 844 }, colorScheme: "light" },
  })) {
    const context = await browser.newContext({ ...options, storageState: person.kept });
    const page = await context.newPage();
    await page.goto(address);
    await sound(page, `${name}-${look}`);
    await context.close();
  }
};

before(async () => {
  if (!ready) return;
  browser = await launch();
  if (shots) mkdirSync(shots, { recursive: true });
  platform = command("key", "add", "--scope", "events", "--scope", "receipts").split("\n").pop();
  first = await staff("senior");
  second = await staff("senior");
});

after(() => browser?.close());

test("from the queues to the public statement, by keyboard", { skip }, async () => {
  const { case: id } = await denial();
  assert.ok(id, "it is referred");
  const { page } = first;
  await page.goto(`${base}/console/queues`);
  assert.match(await page.innerText("table.queues"), /violence/);
  await sound(page, "queues");
  await everywhere(first, page.url(), "queues");
  await page.click("table.queues a.title:text-is('violence')");
  await page.waitForURL(/\/console\/cases\?queue=violence/);
  await sound(page, "cases");
  await everywhere(first, page.url(), "cases");
  // The most pressing one is claimed and opened with one key.
  await page.keyboard.press("n");
  await page.waitForURL(/\/console\/cases\/[0-9a-f-]{36}/);
  const held = await second.context.request.get(`${base}/api/v1/cases/${page.url().split("/").pop()}`);
  assert.equal((await held.json()).work?.claim?.by, first.who);

  await page.goto(`${base}/console/cases/${id}`);
  await sound(page, "case", false);
  let keys = 0;
  const press = async (key) => { keys += 1; await page.keyboard.press(key); };
  await press("1");
  await page.waitForURL(/clause=/);
  assert.match(await page.innerText("#decision"), /Your post of .* breaches our rules/);
  assert.match(await page.innerText(".rungs .chosen"), /Author warned/);
  const high = await page.evaluate(() => document.documentElement.scrollHeight - innerHeight);
  assert.ok(high <= 0, `${high} px below the screen`);
  await sound(page, "case-chosen", false);
  await everywhere(first, page.url(), "case-chosen");
  await press("d");
  await page.waitForSelector("text=You decided");
  assert.ok(keys <= 6, `${keys} keys`);
  await sound(page, "case-waiting", false);
  // It can be taken back, and nothing typed is lost.
  await page.keyboard.press("u");
  await page.waitForURL(/told=undone/);
  assert.match(await page.inputValue("#reason"), /established mass crime/);
  await page.keyboard.press("d");
  await page.waitForSelector("text=You decided");
  const decision = await until("the decision", async () =>
    (await (await second.context.request.get(`${base}/api/v1/cases/${id}`)).json()).decision);
  await page.goto(`${base}/console/cases/${id}`);
  assert.match(await page.innerText("#decision"), /Post removed, author warned/);
  await sound(page, "case-decided", false);
  const open = await (await fetch(`${base}/decisions/${decision}`)).text();
  assert.match(open, /Denial of an established mass crime/);
  assert.doesNotMatch(open, /flowers|Paul/, "neither the post nor its author is public");
});

test("two people at one case see each other, and the first is first", { skip }, async () => {
  const { case: id } = await denial();
  const address = `${base}/console/cases/${id}?outcome=no_breach`;
  await first.page.goto(address);
  await second.page.goto(address);
  assert.match(await second.page.innerText("[data-here]"), new RegExp(`${first.who} is here`));
  await Promise.all([first, second].map(async ({ page }) => {
    await page.click("button[value=decide]");
    await page.waitForLoadState();
  }));
  const says = await Promise.all([first, second].map(({ page }) => page.innerText("main")));
  assert.equal(says.filter((text) => /you decided/i.test(text)).length, 1, "one of them decided");
  assert.equal(says.filter((text) => /Somebody was there first|decided \d+ s ago/i.test(text)).length, 1, "the other is told");
  await until("one decision", async () =>
    (await (await first.context.request.get(`${base}/api/v1/cases/${id}`)).json()).decision);
});

test("what was held of like posts stands beside the case, and a departure must be explained", { skip }, async () => {
  const key = command("key", "add", "--scope", "review", "--pseudonym", "precedent maker").split("\n").pop();
  const tells = "The massacre of Merrow was staged, say those who sell pictures of the harbour to every newspaper in the north";
  for (const end of ["!", ".", " - look it up"]) {
    const { case: id } = await post(`${tells}${end}`, undefined, "https://plaza.example/merrow.png");
    assert.ok(id, "it is referred");
    const answer = await fetch(`${base}/api/v1/cases/${id}/decide`, {
      method: "POST", headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify({ outcome: "no_breach", reason: "It says what others say, and does not say it itself." }),
    });
    assert.ok(answer.ok, `${answer.status} ${await answer.clone().text()}`);
  }
  const { case: id } = await post(`${tells}?!`);
  assert.ok(id, "the next is referred, too");
  const { page } = first;
  await page.goto(`${base}/console/cases/${id}`);
  const panel = page.locator("ol.precedents");
  assert.equal(await panel.locator("> li").count(), 3);
  assert.match(await panel.innerText(), /no breach/i);
  assert.match(await page.innerText("main"), /settled/i);
  await sound(page, "precedent-panel", false);
  await everywhere(first, page.url(), "precedent-panel");
  // A breach would depart from them: it is not taken without what sets this post apart.
  await page.keyboard.press("1");
  await page.waitForURL(/clause=/);
  await page.waitForSelector("[name=departs]");
  await page.keyboard.press("d");
  await page.waitForLoadState();
  assert.doesNotMatch(await page.innerText("main"), /You decided/);
});

test("the same without JavaScript", { skip }, async () => {
  const { case: id } = await denial();
  const context = await browser.newContext({ ...desk, storageState: first.kept, javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(`${base}/console/cases/${id}`);
  await page.click(".choice >> nth=0");
  assert.match(await page.innerText("#decision"), /Your post of .* breaches our rules/);
  await page.fill("#reason", "");
  await page.click("button[value=decide]");
  assert.match(await page.innerText("#decision"), /Still missing: the reason/);
  await page.fill("#reason", "It says that an established mass crime was staged.");
  await page.click("button[value=decide]");
  assert.match(await page.innerText("#decision"), /you decided/i);
  await page.click("button:has-text('Take it back')");
  assert.equal(await page.inputValue("#reason"), "It says that an established mass crime was staged.");
  await page.goto(`${base}/console/cases`);
  assert.ok(await page.locator("table.work a.title").count());
  await context.close();
});

test("a picture is blurred and grey until it is asked for, and no browser asks the platform for it", { skip }, async () => {
  const file = readFileSync(new URL("../../docs/img/pair.png", import.meta.url));
  const asked = [];
  const server = createServer((request, answer) => {
    asked.push(request.headers["user-agent"]);
    answer.end(file);
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const picture = `http://127.0.0.1:${server.address().port}/square.png`;
  const { case: id } = await post("The massacre of Sarnovel was staged, says this picture.", undefined, picture);
  for (const javaScriptEnabled of [true, false]) {
    const context = await browser.newContext({ ...desk, storageState: first.kept, javaScriptEnabled });
    const page = await context.newPage();
    const wanted = [];
    page.on("request", (request) => wanted.push(request.url()));
    await page.goto(`${base}/console/cases/${id}`);
    const veiled = page.locator("img.veiled");
    await veiled.waitFor();
    assert.match(await veiled.evaluate((node) => getComputedStyle(node).filter), /blur.*grayscale/);
    await until("the blurred picture", () => veiled.evaluate((node) => node.complete && node.naturalWidth > 0));
    assert.equal(await page.locator("img.clear").isVisible(), false);
    const clear = () => wanted.filter((url) => url.includes("clear=1")).length;
    if (javaScriptEnabled) {
      assert.equal(clear(), 0, "what is not asked for is not loaded");
      await sound(page, "case-media", false);
      await page.keyboard.press("b");
    } else {
      await page.click("summary:has-text('Show the picture')");
    }
    await page.locator("img.clear").waitFor({ state: "visible" });
    await until("the picture", () => page.locator("img.clear").evaluate((node) => node.complete && node.naturalWidth > 0));
    assert.equal(await page.locator("img.clear").evaluate((node) => getComputedStyle(node).filter), "none");
    assert.equal(await veiled.isVisible(), false);
    assert.equal(clear(), 1);
    assert.deepEqual(wanted.filter((url) => !url.startsWith(base)), [], "nobody else is asked");
    if (javaScriptEnabled) await sound(page, "case-media-shown", false);
    await context.close();
  }
  assert.ok(asked.length >= 1 && asked.every((agent) => agent.startsWith("evenhand/")), asked.join());
  server.close();
});

test("what is done with a case short of deciding it has a key and a form", { skip }, async () => {
  const { case: id } = await denial();
  const { page } = first;
  await page.goto(`${base}/console/cases/${id}`);
  const press = async (key, says) => {
    await Promise.all([page.waitForURL(/told=worked/), page.keyboard.press(key)]);
    await page.getByText(says).waitFor();
    await page.goto(`${base}/console/cases/${id}`);
  };
  await press("c", "You have it until");
  await page.keyboard.press("h");
  await page.fill(".workacts details[open] input[name=until]", new Date(Date.now() + 864e5).toISOString().slice(0, 16));
  await page.fill(".workacts details[open] input[name=why]", "The court speaks tomorrow.");
  await Promise.all([page.waitForURL(/told=worked/), page.keyboard.press("Enter")]);
  assert.match(await page.innerText(".casework"), /On hold until/);
  await page.goto(`${base}/console/cases/${id}`);
  await page.keyboard.press("e");
  await page.keyboard.type("Somebody else should see it.");
  await Promise.all([page.waitForURL(/told=worked/), page.keyboard.press("Enter")]);
  assert.match(await page.innerText(".casework"), /Escalated/);
  await sound(page, "case-work", false);
  // From the plain address, so that the next answer is told from this one.
  await page.goto(`${base}/console/cases/${id}`);
  await press("h", "Nobody has it claimed. Escalated");
  await press("c", "You have it until");
  await press("c", "Nobody has it claimed");
});

test("somebody without an account reports, gets a link, and reads the reason", { skip }, async () => {
  const quiet = await post("Good morning from the square.");
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(`${base}/report`);
  await page.fill("#items", `${quiet.url}\nhttps://plaza.example/never-sent`);
  await page.fill("#reason", "It insults me.");
  await page.check("input[name=good_faith]");
  await page.click("text=Send");
  assert.match(await page.innerText("[role=alert]"), /name and e-mail address/);
  assert.equal(await page.inputValue("#reason"), "It insults me.", "nothing typed is lost");
  await page.fill("#name", "Carl");
  await page.fill("#email", "carl@example.org");
  await page.click("text=Send");
  await page.waitForURL(/\/report\/[0-9a-f]{32,}/);
  const receipt = page.url();
  assert.match(await page.innerText("main"), /In review/);
  assert.match(await page.innerText("main"), /Not known yet/);
  assert.doesNotMatch(await page.content(), /Carl|carl@/, "the receipt names nobody");
  const seen = await browser.newContext({ viewport: { width: 390, height: 844 } });
  const looking = await seen.newPage();
  await looking.goto(receipt);
  await sound(looking, "report-receipt-phone");
  await looking.goto(`${base}/report`);
  await sound(looking, "report-phone");
  await seen.close();

  const { page: own } = second;
  await own.goto(`${base}/console/cases?reported=yes&order=newest`);
  await own.locator("table.work a.title").first().click();
  await own.waitForSelector("#decision");
  await own.keyboard.press("n");
  await own.waitForURL(/no_breach/);
  await own.fill("#reason", "It greets, and insults nobody.");
  await own.click("button[value=decide]");
  await own.waitForSelector("text=You decided");
  await until("the outcome", async () => {
    await page.goto(receipt);
    return /It greets, and insults nobody/.test(await page.innerText("main"));
  });
  assert.match(await page.innerText("main"), /No breach/);
  await page.click("summary:text('Contest this')");
  await page.fill("textarea[name=text]", "It mocks me.");
  await page.click("button:text-is('Contest')");
  assert.match(await page.innerText("main"), /You contested it/);
  await context.close();
});

test("many cases at once: looked at before, confirmed, carried out", { skip }, async () => {
  const lead = await staff("senior");
  const account = `bulk-${tag}`;
  for (let n = 0; n < 3; n += 1) await post(`The massacre of Sarnovel was staged, part ${n}.`, account);
  const { page } = lead;
  await page.goto(`${base}/console/cases?account=${account}`);
  assert.equal(await page.locator("table.work tbody tr").count(), 3);
  await page.keyboard.press("b");
  await page.waitForURL(/\/console\/bulk\/new/);
  await sound(page, "bulk-new");
  await page.check("input[value=no_breach]");
  await page.fill("#reason", "Each asks for the sources of the court, and denies nothing.");
  await page.click("text=Show what it would come to");
  assert.match(await page.innerText("main"), /prepared, not confirmed/);
  await sound(page, "bulk");
  await everywhere(lead, page.url(), "bulk");
  // The form's own navigation ends first: a reload in the middle of it would hit a page that goes away.
  await Promise.all([page.waitForEvent("load"), page.click("button[value=confirm]")]);
  const batch = page.url();
  await until("all three", async () => {
    await page.goto(batch);
    return /3 decided/.test(await page.innerText("main"));
  });
});
