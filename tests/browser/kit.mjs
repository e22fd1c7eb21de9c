// What all browser tests share: the browser, the three looks, the server's first answer, what axe finds; and a server
// of a file's own (EVENHAND), with people who join it.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import { after, before } from "node:test";
import AxeBuilder from "@axe-core/playwright";
import { chromium } from "playwright-core";

// Nothing of the browser's own may call out: the tests count each request.
export const launch = () => chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});

export const looksAt = (width, height) => ({
  desk: { viewport: { width, height }, colorScheme: "light" },
  dark: { viewport: { width, height }, colorScheme: "dark" },
  phone: { viewport: { width: 390, height: 844 }, colorScheme: "light" },
});

export const answers = async (address) => {
  for (let tries = 0; tries < 240; tries += 1) {
    if (await fetch(address).then((answer) => answer.ok, () => false)) return;
    await new Promise((done) => setTimeout(done, 250));
  }
  throw new Error(`${address} does not answer`);
};

export const violations = async (page) => {
  const found = await new AxeBuilder({ page }).analyze();
  return found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.target).join(", ")}`);
};

// A picture (PNG, 160 by 90): a field under a sky.
export const drawn = () => {
  const part = (kind, bytes) => {
    const body = Buffer.concat([Buffer.from(kind), bytes]);
    let crc = ~0;
    for (const byte of body) {
      crc ^= byte;
      for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
    }
    const ends = Buffer.alloc(8);
    ends.writeUInt32BE(bytes.length);
    ends.writeUInt32BE(~crc >>> 0, 4);
    return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(160);
  head.writeUInt32BE(90, 4);
  head.set([8, 2], 8);
  const rows = [...Array(90).keys()].flatMap((y) =>
    [0, ...[...Array(160).keys()].flatMap((x) => (y < 50 ? [140 + y, 180 + y, 235] : [60 + (x % 16 < 8 ? 20 : 0), 140 - y / 3, 60]))]);
  return Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), part("IHDR", head),
    part("IDAT", deflateSync(Buffer.from(rows))), part("IEND", Buffer.alloc(0))]);
};

export const password = "otter candle meridian fog";

// Ends what a file of tests began.
export const end = async ({ browser, server, work }) => {
  await browser?.close();
  server?.kill();
  await new Promise((done) => (server ? server.once("exit", done) : done()));
  if (work) rmSync(work, { recursive: true, force: true });
};

// Somebody opens the one-time link and chooses a name and a password.
export const joins = async (page, link, name, to) => {
  await page.goto(link);
  await page.fill("input[name=name]", name);
  await page.fill("input[name=password]", password);
  await page.fill("input[name=again]", password);
  await Promise.all([page.waitForURL(to), page.click("main button")]);
};

// A server of a file's own, from before its first test to after its last. Browsers make passkeys for a domain, never
// for a bare address: so it is `localhost`.
export const house = (name, port, ...more) => {
  const binary = process.env.EVENHAND;
  const shots = process.env.SHOTS;
  const base = `http://localhost:${port}`;
  const own = { base, shots, skip: binary ? false : "EVENHAND is not set", looks: looksAt(1440, 900) };
  own.command = (...args) => execFileSync(binary, [...args, "--data", own.data], { encoding: "utf8" }).trim();
  own.check = async (page, what, look) => {
    assert.deepEqual(await violations(page), [], `${what}, ${look}`);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
    assert.equal(wide, false, `${what} is too wide (${look})`);
    if (shots) await page.screenshot({ path: join(shots, `${what}-${look}.png`), fullPage: true });
  };
  own.joins = async (page, role, who) => {
    const [, token] = own.command("person", "add", "--role", role).match(/token=([0-9a-f]+)/);
    await joins(page, `${base}/console/join?token=${token}`, who, `${base}/console/`);
  };
  own.signedIn = async (role, who, options = {}) => {
    const context = await own.browser.newContext({ ...own.looks.desk, ...options });
    const page = await context.newPage();
    await own.joins(page, role, who);
    return { context, page };
  };
  before(async () => {
    if (own.skip) return;
    own.work = mkdtempSync(join(tmpdir(), `${name}-`));
    own.data = join(own.work, "data");
    mkdirSync(own.data);
    own.server = spawn(binary, ["serve", "--data", own.data, "--listen", `127.0.0.1:${port}`, "--public-url", base,
      "--admin-listen", `127.0.0.1:${port + 1}`, ...more], { stdio: "ignore" });
    await answers(`http://127.0.0.1:${port}`);
    own.browser = await launch();
    if (shots) mkdirSync(shots, { recursive: true });
  });
  after(() => end(own));
  return own;
};
