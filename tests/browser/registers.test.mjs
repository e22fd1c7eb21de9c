// The registers that are open to everybody, and their rooms at the desk: who speaks for whom (two people enter a fact,
// anybody finds it and says that it is wrong), emergencies, what one person did alone. Starts a server of its own (EVENHAND).
import assert from "node:assert/strict";
import { test } from "node:test";
import { house } from "./kit.mjs";

const own = house("registers", Number(process.env.REGISTERS_PORT ?? 18270));
const { base, check, looks, signedIn, skip } = own;

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
    const context = await own.browser.newContext({ ...options, javaScriptEnabled: true });
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
