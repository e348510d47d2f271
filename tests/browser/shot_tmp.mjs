import { openCity, look, lookOnPhone, login } from "./harness.mjs";
import { AxeBuilder } from "@axe-core/playwright";
process.env.BANJIE_URL ??= "http://127.0.0.1:18099";
const city = await openCity();
const me = await city.person((a) => a.role === "admin");
const p = me.page; const out = "/tmp/rules-shots"; 
import { mkdirSync } from "node:fs"; mkdirSync(out, { recursive: true });
async function shot(n) { 
  const v = (await new AxeBuilder({ page: p }).analyze()).violations; if (v.length) console.log(n, v.map((x) => x.id + ": " + x.nodes.map((y) => y.target.join(" ")).slice(0,3)));
  await p.screenshot({ path: `${out}/${n}.png`, fullPage: true });
  await p.setViewportSize({ width: 390, height: 844 }); await p.screenshot({ path: `${out}/${n}-phone.png`, fullPage: true });
  const w = await p.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth); if (w > 1) console.log(n, "wide", w);
  await p.setViewportSize({ width: 1280, height: 900 }); }
await p.goto("/office/rules"); await shot("list");
const r = await p.goto("/office/rules/food-business-licence/routing"); console.log(r.status()); await shot("routing");
await p.selectOption('[id="form.business_type"]', "catering"); await p.selectOption('[id="form.processing"]', "hot"); await p.fill('[id="form.area"]', "abc"); await p.click('section[aria-labelledby="try"] button'); await shot("error");
await p.fill('[id="form.area"]', "80"); await p.selectOption('[id="form.application"]', "new"); await p.selectOption('[id="commitment"]', "false"); await p.click('section[aria-labelledby="try"] button'); await shot("tried");
await p.click('form[action$="/examples#examples"] button'); await shot("examples");
await p.goto("/office/rules/elder-benefit-card/eligibility?example=2&lang=en"); await p.click('section[aria-labelledby="try"] button'); await shot("elder-en");
const sup = await city.person((a) => a.role === "supervisor"); 
for (const [href, n] of JSON.parse(process.env.CASES)) {
 for (const lang of ["zh-CN", "en"]) { await sup.page.goto(href + "?lang=" + lang); const s = sup.page.locator('section[aria-labelledby="why"]'); if (await s.count()) { await s.screenshot({ path: `${out}/case-${n}-${lang}.png` }); console.log(await s.innerText()); } else console.log("no why", href); } }
await city.close();
