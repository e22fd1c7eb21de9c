// Takes the picture of a decision that checked itself, for the documents: node picture.mjs FILE
import { chromium } from "playwright-core";
const base = process.env.BASE_URL;
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
const page = await (await browser.newContext({ viewport: { width: 1100, height: 700 } })).newPage();
const { decisions } = await (await fetch(`${base}/api/v1/decisions?outcome=breach`)).json();
await page.goto(`${base}/decisions/${decisions.at(2).id}`);
await page.waitForSelector("#page-checks[data-state=ok]");
await page.locator("section[aria-labelledby=record]").screenshot({ path: process.argv[2] });
await browser.close();
