// journey_people.mjs - people and posts: an absence moves work to B and back, a first contact is handed over, a promise is
// signed by two, a change of structure is previewed and carried out.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { look, lookOnPhone, openCity } from "./harness.mjs";

let city;
before(async () => { city = await openCity(); });
after(async () => { await city?.close(); });

const both = async (page, name) => { await look(page, name); await lookOnPhone(page, name); };
const flash = (page) => page.locator('.govuk-notification-banner, .bj-flash, [role="alert"], [role="status"]').first().innerText();
const submitDeed = async (page, deed) => { await page.locator(`form:has(input[name="deed"][value="${deed}"]) button[type="submit"]`).first().click(); await page.waitForLoadState(); };
const mine = async (page) => { await page.goto("/staff?scope=mine"); return page.locator("table tbody tr").count(); };

test("absence: the steps go to B at once, and come back", async () => {
	const a = await city.person("zhangmin"), b = await city.person("liuwei");
	const before = { a: await mine(a.page), b: await mine(b.page) };
	assert.ok(before.a > 0, "the reviewer has something to do");
	await a.page.goto("/staff/desk");
	await both(a.page, "people-desk");
	await a.page.goto("/staff/absence");
	await submitDeed(a.page, "note"); // nothing written: told what is missing
	await both(a.page, "people-absence-refused");
	await a.page.selectOption("#kind", "sick");
	await a.page.fill("#whereabouts", "去医院,请找刘伟");
	await submitDeed(a.page, "note");
	await both(a.page, "people-absence");
	await city.moveTime("2026-03-31T10:30:00+08:00");
	assert.equal(await mine(a.page), 0);
	assert.ok(await mine(b.page) > before.b);
	const visitor = await city.visitor();
	await visitor.page.goto("/organs/1199010000000102XM/presence");
	assert.match(await visitor.page.locator("main").innerText(), /去医院[\s\S]*刘伟/);
	await both(visitor.page, "people-presence");
	const clerk = await city.person("wangfang");
	await clerk.page.goto("/staff/counter");
	assert.match(await clerk.page.locator("main").innerText(), /去医院/);
	await both(clerk.page, "people-counter");
	await a.page.goto("/staff/absence");
	await a.page.locator(".bj-panel--warn button").click();
	await a.page.waitForLoadState();
	assert.equal(await mine(a.page), before.a);
	assert.equal(await mine(b.page), before.b);
	for (const x of [a, b, visitor, clerk]) await x.context.close();
});

test("responsibility: the case page says who answered, hour by hour", async () => {
	const head = await city.person("chenjie"), a = await city.person("zhangmin");
	await a.page.goto("/staff?scope=mine");
	const href = await a.page.locator('table tbody a[href^="/staff/cases/"]').first().getAttribute("href");
	await head.page.goto(href);
	const text = await head.page.locator('section[aria-labelledby="responsibility"]').innerText();
	assert.match(text, /刘伟[\s\S]*B岗代理/);
	await both(head.page, "people-responsibility");
	await head.context.close(); await a.context.close();
});

test("first contact: registered, offered, accepted, answered; another becomes a case", async () => {
	const clerk = await city.person("wangfang"), colleague = await city.person("zhangmin");
	await clerk.page.goto("/staff/contacts");
	await clerk.page.fill("#name", "苏女士");
	await clerk.page.fill("#question", "小餐饮店转让后,许可证怎么变更?");
	await submitDeed(clerk.page, "take");
	await both(clerk.page, "people-contacts");
	await clerk.page.locator("table tbody a", { hasText: "SW" }).first().click();
	const path = new URL(clerk.page.url()).pathname;
	await both(clerk.page, "people-contact");
	await clerk.page.selectOption("#to", "zhangmin");
	await clerk.page.fill("#hand-reason", "涉及许可条件");
	await submitDeed(clerk.page, "hand");
	await colleague.page.goto("/staff/contacts?scope=offered");
	await colleague.page.goto(path);
	await both(colleague.page, "people-contact-offered");
	await submitDeed(colleague.page, "accept");
	await colleague.page.fill("#answer", "带许可证到窗口办理变更,三个工作日。");
	await submitDeed(colleague.page, "close");
	assert.match(await colleague.page.locator("main").innerText(), /已答复/);
	await both(colleague.page, "people-contact-answered");
	// and one that the clerk turns into a case
	await clerk.page.goto("/staff/contacts");
	await clerk.page.fill("#name", "贺先生");
	await clerk.page.fill("#question", "想现在就办");
	await submitDeed(clerk.page, "take");
	await clerk.page.locator("table tbody a", { hasText: "SW" }).first().click();
	await clerk.page.locator('a[href^="/staff/counter?contact="]').click();
	assert.ok(await clerk.page.locator('.bj-results__name a').first().getAttribute("href").then((h) => h.includes("contact=SW")));
	await clerk.context.close(); await colleague.context.close();
});

test("promise: proposed by the head, signed by another, published with its history", async () => {
	const head = await city.person("chenjie"), supervisor = await city.person("lvping");
	await head.page.goto("/staff/promises");
	await head.page.fill("#amount", "900");
	await head.page.fill("#reason", "更快");
	await submitDeed(head.page, "propose");
	assert.match(await head.page.locator(".govuk-error-summary").innerText(), /法定/); // longer than the law's
	await head.page.fill("#amount", "2");
	await submitDeed(head.page, "propose");
	await both(head.page, "people-promising");
	await supervisor.page.goto("/staff/promises");
	await both(supervisor.page, "people-promising-sign");
	await submitDeed(supervisor.page, "sign");
	const visitor = await city.visitor();
	await visitor.page.goto("/promises");
	assert.match(await visitor.page.locator("table").innerText(), /\b2 个工作日/);
	await both(visitor.page, "people-promises");
	for (const x of [head, supervisor, visitor]) await x.context.close();
});

test("structure: asked by day, changed by a plan that is previewed and carried out, read in from a file", async () => {
	const admin = await city.person("caijing");
	const { page } = admin;
	await page.goto("/staff/structure");
	await both(page, "people-structure");
	await page.goto("/staff/posts/market-reviewer");
	await both(page, "people-post");
	await page.goto("/staff/findings");
	await both(page, "people-findings");
	await page.goto("/office/plans");
	await page.fill("#title", "审查岗合并");
	await page.fill("#reason", "三定方案");
	await page.fill("#at", "2026-03-31T08:00"); // its moment has come
	await submitDeed(page, "put");
	await both(page, "people-plans");
	await page.locator("table tbody a", { hasText: "审查岗合并" }).click();
	await page.locator("details summary").first().click().catch(() => {});
	if (!await page.locator("#code").isVisible()) await page.locator("details summary").first().click();
	await page.selectOption("#kind", "post.merge");
	await page.fill("#code", "market-reviewer");
	await page.fill("#into", "market-inspector");
	await submitDeed(page, "line");
	await submitDeed(page, "preview");
	assert.match(await page.locator("main").innerText(), /个在办环节转移/);
	await both(page, "people-plan-preview");
	const now = await page.locator("table").last().locator("tbody tr").first().innerText();
	assert.match(now, /张敏[\s\S]*刘伟/);
	await submitDeed(page, "schedule");
	assert.match(await page.locator("main").innerText(), /已执行/);
	await both(page, "people-plan-applied");
	const b = await city.person("liuwei");
	assert.ok(await mine(b.page) > 0);
	await page.goto("/office/structure");
	await page.setInputFiles("#file", { name: "s.csv", mimeType: "text/csv", buffer: Buffer.from("kind,code,name,organ,role\norgan,X9,新局,,\npost,Y9,某岗,none,head\n") });
	await page.locator("main form button").click();
	assert.match(await page.locator("main").innerText(), /有误/);
	await both(page, "people-import");
	const file = await page.request.get("/office/structure/file");
	assert.equal(file.status(), 200);
	await page.setInputFiles("#file", { name: "s.xlsx", mimeType: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", buffer: await file.body() });
	await page.locator("main form button").click();
	assert.match(await page.locator("main").innerText(), /0 ?行有变化/); // what is written out changes nothing when read in
	for (const x of [admin, b]) await x.context.close();
});
