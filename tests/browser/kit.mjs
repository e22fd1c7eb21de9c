// What all browser tests share: the browser, the three looks, the server's first answer, what axe finds.
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
