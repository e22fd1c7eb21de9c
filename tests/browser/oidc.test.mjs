// Sign-in by an identity provider at another site (127.0.0.1, where ours is localhost), so that cookies are held to what
// browsers do with them: in by a link, by the button and without JavaScript, proved anew, and a provider that is down.
// Starts a provider and a server of its own (EVENHAND).
import assert from "node:assert/strict";
import { createHash, createSign, generateKeyPairSync, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { house } from "./kit.mjs";

const port = Number(process.env.OIDC_PORT ?? 18290);
const issuer = `http://127.0.0.1:${port + 2}`;
const secret = "four unlikely words here";
Object.assign(process.env, {
  EVENHAND_OIDC__ISSUER: issuer,
  EVENHAND_OIDC__NAME: "Example ID",
  EVENHAND_OIDC__CLIENT_ID: "desk",
  EVENHAND_OIDC__ALLOW_PRIVATE: "true",
  EVENHAND_OIDC_CLIENT_SECRET: secret,
});
const book = fileURLToPath(new URL("../../crates/console/tests/it/rulebook", import.meta.url));
const own = house("oidc", port, "--rulebook", book);
const { base, check, looks, skip } = own;

// A provider that is honest: what one that lies is answered is in crates/console/tests/it/oidc.
const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const codes = new Map();
const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
const token = (claims) => {
  const text = `${part({ alg: "RS256", kid: "one" })}.${part(claims)}`;
  return `${text}.${createSign("RSA-SHA256").update(text).sign(privateKey, "base64url")}`;
};
const body = async (request) => {
  let text = "";
  for await (const chunk of request) text += chunk;
  return new URLSearchParams(text);
};
let down = false;
const asked = [];
const provider = createServer(async (request, response) => {
  const url = new URL(request.url, issuer);
  const json = (value, status = 200) => response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
  if (url.pathname === "/.well-known/openid-configuration") {
    return json({
      issuer, authorization_endpoint: `${issuer}/authorize`, token_endpoint: `${issuer}/token`, jwks_uri: `${issuer}/jwks`,
      response_types_supported: ["code"], subject_types_supported: ["public"], id_token_signing_alg_values_supported: ["RS256"],
    });
  }
  if (url.pathname === "/favicon.ico") return response.writeHead(204).end();
  if (url.pathname === "/jwks") return json({ keys: [{ ...publicKey.export({ format: "jwk" }), use: "sig", alg: "RS256", kid: "one" }] });
  if (url.pathname === "/authorize" && request.method === "GET") {
    asked.push(url.searchParams);
    response.writeHead(200, { "content-type": "text/html" });
    return response.end(`<!doctype html><html lang="en"><title>Example ID</title><form method="post">
      <label>Who are you? <input name="who"></label><button>Sign in there</button></form></html>`);
  }
  if (url.pathname === "/authorize") {
    const [who, query] = [(await body(request)).get("who"), url.searchParams];
    const code = randomUUID();
    codes.set(code, { who, query });
    const back = new URL(query.get("redirect_uri"));
    back.search = new URLSearchParams({ code, state: query.get("state") });
    return response.writeHead(302, { location: back.href }).end();
  }
  if (down) return response.writeHead(503).end();
  const form = await body(request);
  const grant = codes.get(form.get("code"));
  codes.delete(form.get("code"));
  const challenge = createHash("sha256").update(form.get("code_verifier") ?? "").digest("base64url");
  const basic = Buffer.from(`desk:${encodeURIComponent(secret).replaceAll("%20", "+")}`).toString("base64");
  if (!grant || challenge !== grant.query.get("code_challenge") || request.headers.authorization !== `Basic ${basic}`) {
    return json({ error: "invalid_grant" }, 400);
  }
  const now = Math.floor(Date.now() / 1000);
  json({
    access_token: "opaque", token_type: "Bearer",
    id_token: token({
      iss: issuer, aud: "desk", sub: `id-${grant.who}`, nonce: grant.query.get("nonce"), iat: now, exp: now + 300,
      auth_time: now, preferred_username: grant.who,
    }),
  });
});
before(() => (skip ? null : new Promise((done) => provider.listen(port + 2, "127.0.0.1", done))));
after(() => provider.close());

const atProvider = async (page, who) => {
  await page.waitForURL(`${issuer}/**`);
  await page.getByLabel("Who are you?").fill(who);
  await page.getByRole("button", { name: "Sign in there" }).click();
};

const linkFor = (role) => {
  const [, drawn] = own.command("person", "add", "--role", role).match(/token=([0-9a-f]+)/);
  return `${base}/console/join?token=${drawn}`;
};

const open = async (options = looks.desk) => {
  const context = await own.browser.newContext(options);
  const page = await context.newPage();
  const wrong = [];
  page.on("request", (request) => {
    if (!request.url().startsWith(base) && !request.url().startsWith(issuer)) wrong.push(`asked ${request.url()}`);
  });
  page.on("pageerror", (error) => wrong.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error" && !/status of (404|422|503)/.test(message.text())) wrong.push(message.text());
  });
  const close = async () => {
    await context.close();
    assert.deepEqual(wrong, []);
  };
  return { page, close };
};

const signOut = async (page) => {
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await page.waitForURL(/sign-in/);
};

test("in by a link, out, in by the button, and proved anew", { skip }, async () => {
  const { page, close } = await open();
  await page.goto(linkFor("administrator"));
  await check(page, "oidc-join", "desk");
  await page.getByRole("button", { name: "Come in with Example ID" }).click();
  await atProvider(page, "ann");
  await page.waitForURL(`${base}/console/`);
  await page.goto(`${base}/console/me`);
  await page.getByText("at http://127.0.0.1").waitFor();
  await check(page, "oidc-me", "desk");
  await signOut(page);

  // A page that was asked for is reached in the end, though the way led over another site.
  await page.goto(`${base}/console/people`);
  await check(page, "oidc-sign-in", "desk");
  await page.getByRole("button", { name: "Sign in with Example ID" }).click();
  await atProvider(page, "ann");
  await page.waitForURL(`${base}/console/people`);
  assert.equal(asked.at(-1).get("prompt"), null);

  await page.goto(`${base}/console/again?to=/console/keys`);
  await check(page, "oidc-again", "desk");
  await page.getByRole("button", { name: "Show it to Example ID" }).click();
  await atProvider(page, "ann");
  await page.waitForURL(`${base}/console/keys`);
  assert.equal(asked.at(-1).get("prompt"), "login");

  await page.goto(`${base}/console/people`);
  await page.getByRole("button", { name: "Make a link for them" }).click();
  await page.getByText("Give them this link").waitFor();
  await page.getByLabel("Their identifier at Example ID").fill("id-bea");
  await page.getByRole("button", { name: "Link it" }).click();
  await page.getByText("id-bea").first().waitFor();
  await check(page, "oidc-person", "desk");
  await close();
});

test("without JavaScript, on a phone, and a stranger is told what to do", { skip }, async () => {
  const { page, close } = await open({ ...looks.phone, javaScriptEnabled: false });
  await page.goto(`${base}/console/me`);
  await page.getByRole("button", { name: "Sign in with Example ID" }).click();
  await atProvider(page, "bea");
  await page.waitForURL(`${base}/console/me`);
  await page.getByText("sign in by your identity provider").waitFor();
  await signOut(page);
  await page.getByRole("button", { name: "Sign in with Example ID" }).click();
  await atProvider(page, "mallory");
  await page.getByText("linked to nobody here").waitFor();
  await page.getByText("id-mallory").waitFor();
  await close();
});

test("a provider that is down is said to be, on a page that looks well", { skip }, async () => {
  for (const look of ["desk", "dark", "phone"]) {
    const { page, close } = await open(looks[look]);
    await page.goto(`${base}/console/sign-in`);
    await check(page, "oidc-door", look);
    await page.getByRole("button", { name: "Sign in with Example ID" }).click();
    down = true;
    await atProvider(page, "ann");
    await page.getByText("Example ID cannot be reached").waitFor();
    await check(page, "oidc-failed", look);
    down = false;
    await close();
  }
});
