// Takes the picture of a decision that checked itself, for the documents: node picture.mjs FILE
import { launch } from "./kit.mjs";
const base = process.env.BASE_URL;
const browser = await launch();
const page = await (await browser.newContext({ viewport: { width: 1100, height: 700 } })).newPage();
const { decisions } = await (await fetch(`${base}/api/v1/decisions?outcome=breach`)).json();
await page.goto(`${base}/decisions/${decisions.at(2).id}`);
await page.waitForSelector("#page-checks[data-state=ok]");
await page.locator("section[aria-labelledby=record]").screenshot({ path: process.argv[2] });
await browser.close();
