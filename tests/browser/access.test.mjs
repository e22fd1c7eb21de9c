// The way in for people who work here: the set-up link, the password, passkeys (with a virtual authenticator), proving it
// again, sessions; by keyboard, without JavaScript, on a phone, in the dark. Starts a server of its own (EVENHAND).
import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { house, password } from "./kit.mjs";

const book = fileURLToPath(new URL("../../crates/console/tests/it/rulebook", import.meta.url));
const own = house("access", Number(process.env.ACCESS_PORT ?? 18260), "--rulebook", book);
const { base, check, joins: joined, looks, skip } = own;

const open = async (options = looks.desk) => {
  const context = await own.browser.newContext(options);
  const page = await context.newPage();
  const wrong = [];
  page.on("request", (request) => {
    if (!request.url().startsWith(base)) wrong.push(`asked ${request.url()}`);
  });
  page.on("pageerror", (error) => wrong.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error" && !/status of (400|403|422)/.test(message.text())) wrong.push(message.text());
  });
  const close = async () => {
    await context.close();
    assert.deepEqual(wrong, []);
  };
  return { page, close };
};

// A device with a PIN or a fingerprint, as the browser simulates it.
const authenticator = async (page) => {
  const client = await page.context().newCDPSession(page);
  await client.send("WebAuthn.enable");
  const { authenticatorId } = await client.send("WebAuthn.addVirtualAuthenticator", {
    options: { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
  });
  return { client, authenticatorId };
};

const signOut = async (page) => {
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await page.waitForURL(/sign-in/);
};

test("a link, a password, a passkey: made, used, proved again with, taken away", { skip }, async () => {
  const { page, close } = await open();
  const { client, authenticatorId } = await authenticator(page);
  await joined(page, "administrator", "ann");
  await page.goto(`${base}/console/me`);
  await page.getByLabel("A name to know it by").fill("Ann's laptop");
  await page.getByRole("button", { name: "Add a passkey" }).click();
  await page.getByText("The passkey is kept.").waitFor();
  await page.getByRole("button", { name: "Remove the passkey Ann's laptop" }).waitFor();
  const { credentials } = await client.send("WebAuthn.getCredentials", { authenticatorId });
  assert.equal(credentials.length, 1);
  assert.equal(credentials[0].rpId, "localhost");
  await check(page, "access-me", "desk");

  await signOut(page);
  await page.goto(`${base}/console/people`);
  await page.getByRole("button", { name: "Sign in with a passkey" }).click();
  await page.waitForURL(`${base}/console/people`);
  await page.goto(`${base}/console/me`);
  await page.getByText(", last used").waitFor();

  // The same for an act that asks once more who it is.
  await page.goto(`${base}/console/again?to=/console/keys`);
  await page.getByRole("button", { name: "Use a passkey" }).click();
  await page.waitForURL(`${base}/console/keys`);

  await page.goto(`${base}/console/me`);
  await page.getByRole("button", { name: "Remove the passkey Ann's laptop" }).click();
  await page.getByText("The passkey is removed.").waitFor();
  await page.getByText("A passkey was removed").waitFor();
  await signOut(page);
  await page.getByRole("button", { name: "Sign in with a passkey" }).click();
  await page.getByText("not known here").waitFor();
  await close();
});

test("a passkey of one person opens nothing as another, and an answer counts once", { skip }, async () => {
  const { page, close } = await open();
  await authenticator(page);
  await joined(page, "administrator", "carla");
  await page.goto(`${base}/console/me`);
  await page.getByRole("button", { name: "Add a passkey" }).click();
  await page.getByText("The passkey is kept.").waitFor();
  await signOut(page);

  // What the browser answers is caught and sent twice: the second time its challenge is used up.
  let sent;
  page.on("request", (request) => {
    if (request.method() === "POST" && request.url().endsWith("/sign-in/passkey")) sent = request.postData();
  });
  await page.getByRole("button", { name: "Sign in with a passkey" }).click();
  await page.waitForURL(`${base}/console/`);
  const replay = (body, address = "/console/sign-in/passkey") => page.evaluate(async ([address, body]) => {
    const answer = await fetch(address, { method: "POST", body, headers: { "Content-Type": "application/json", Accept: "application/json" } });
    return { status: answer.status, said: await answer.text() };
  }, [address, body]);
  const again = await replay(sent);
  assert.equal(again.status, 422, again.said);
  assert.match(again.said, /passkey-refused/);
  for (const broken of ["{}", "[]", "{\"credential\":null}", "{\"credential\":{\"id\":\"AAAA\"}}", "x".repeat(5000)]) {
    const answer = await replay(broken);
    assert.ok([400, 422].includes(answer.status), `${answer.status}: ${answer.said}`);
  }
  // Carla's passkey in David's session: it proves nothing.
  await signOut(page);
  await joined(page, "reviewer", "david");
  await page.goto(`${base}/console/again?to=/console/me`);
  assert.equal(await page.getByRole("button", { name: "Use a passkey" }).count(), 0, "David has none");
  const csrf = await page.inputValue("main input[name=csrf]");
  const said = await page.evaluate(async (csrf) => {
    const challenge = await (await fetch("/console/sign-in/passkey", { headers: { Accept: "application/json" } })).json();
    const credential = await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(challenge) });
    const headers = { "Content-Type": "application/json", Accept: "application/json", "X-CSRF-Token": csrf };
    const answer = await fetch("/console/again/passkey", { method: "POST", headers, body: JSON.stringify({ credential }) });
    return `${answer.status} ${await answer.text()}`;
  }, csrf);
  assert.match(said, /^422 .*somebody else's/);
  await close();
});

test("without JavaScript there is the password, and nothing that does not work", { skip }, async () => {
  const { page, close } = await open({ ...looks.desk, javaScriptEnabled: false });
  await joined(page, "reviewer", "erik");
  await page.goto(`${base}/console/me`);
  assert.equal(await page.getByRole("button", { name: "Add a passkey" }).isVisible(), false);
  await signOut(page);
  assert.equal(await page.getByRole("button", { name: "Sign in with a passkey" }).isVisible(), false);
  await page.fill("input[name=name]", "erik");
  await page.fill("input[name=password]", "something else entirely");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByText("The name or the password is wrong.").waitFor();
  await page.fill("input[name=name]", "erik");
  await page.fill("input[name=password]", password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.waitForURL(`${base}/console/`);
  await close();
});

test("by keyboard, on a phone and in the dark", { skip }, async () => {
  for (const [look, options] of Object.entries(looks)) {
    const { page, close } = await open(options);
    await authenticator(page);
    await page.goto(`${base}/console/sign-in`);
    await check(page, "access-sign-in", look);
    await joined(page, "administrator", `fay-${look}`);
    for (const [room, name] of [["people", "people"], ["keys", "keys"], ["me", "me"], ["looks", "looks"], ["enforcement", "enforcement"], ["again?to=/console/keys", "again"]]) {
      await page.goto(`${base}/console/${room}`);
      await check(page, `access-${name}`, look);
    }
    await page.goto(`${base}/console/me`);
    await page.getByLabel("A name to know it by").focus();
    await page.keyboard.type("By hand");
    await page.keyboard.press("Enter");
    await page.getByText("The passkey is kept.").waitFor();
    await close();
  }
});
