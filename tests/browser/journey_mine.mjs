// How the process runs, as a supervisor sees it: pictures, figures that open their cases, filters without a script, both languages, a phone.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { look, openCity } from "./harness.mjs";

let city;
before(async () => { city = await openCity(); });
after(async () => { await city?.close(); });

const supervisor = (a) => a.role === "supervisor";
const number = async (page, selector) => Number(await page.locator(selector).first().innerText());

test("the process as it ran, and the cases behind each figure", async () => {
	const { page, context } = await city.person(supervisor);
	await page.goto("/mine");
	await look(page, "mine");
	assert.ok(await page.locator(".bj-mine-picture svg.dfg").count());
	assert.ok(await page.locator(".bj-mine-picture svg.bpmn .bpmn-badge").count());
	assert.ok(await number(page, '[data-figure="cases"]') > 0);
	// a variant's count is the number of cases listed behind it
	const cell = page.locator('section[aria-labelledby="by-variant"] tbody tr').first().locator("a");
	const count = Number(await cell.innerText());
	await cell.click();
	await page.waitForURL(/\/mine\/cases/);
	await look(page, "mine-cases");
	assert.equal(await page.locator("main table tbody tr").count(), Math.min(count, 200));
	await page.locator("main table tbody a").first().click();
	await page.waitForURL(/\/staff\/cases\//);
	await page.goBack();
	await page.goBack();
	// so do the people of the network, and the steps between them
	const between = page.locator('section[aria-labelledby="hand-over"] svg.dfg a[href*="pick=hand-over"]').first();
	assert.ok(await page.locator('section[aria-labelledby="hand-over"] svg.dfg a[href*="pick=resource"]').count());
	const handed = await page.request.get(await between.getAttribute("href"));
	assert.equal(handed.status(), 200);
	// a box of the picture leads to its cases as well
	await page.locator("svg.dfg a").first().click();
	await page.waitForURL(/pick=activity/);
	assert.ok(await page.locator("main table tbody tr").count());
	await context.close();
});

test("late cases on the page are the late cases in the list", async () => {
	const { page, context } = await city.person(supervisor);
	await page.goto("/mine?item=*");
	const late = await number(page, '[data-figure="late"]');
	await page.locator('[data-figure="late"]').click();
	await page.waitForURL(/pick=late/);
	assert.equal(await page.locator("main table tbody tr").count(), Math.min(late, 200));
	await context.close();
});

test("filters work without a script, and nothing found is said", async () => {
	const { page, context } = await city.person(supervisor, { javaScriptEnabled: true });
	const off = await city.browser.newContext({ baseURL: city.url, locale: "zh-CN", javaScriptEnabled: false, storageState: await context.storageState() });
	const plain = await off.newPage();
	await plain.goto("/mine?item=*");
	const all = await number(plain, '[data-figure="cases"]');
	await plain.selectOption("#variants", "1");
	await plain.locator(".bj-filterbar button").click();
	const some = await number(plain, '[data-figure="cases"]');
	assert.ok(some > 0 && some < all);
	assert.equal(await plain.locator('section[aria-labelledby="by-variant"] tbody tr').count(), 1);
	await plain.goto("/mine?item=*&from=2031-01-01");
	assert.ok(await plain.locator(".bj-empty").count());
	await plain.goto("/mine?item=*&from=soon");
	assert.ok(await plain.locator(".govuk-error-summary").count());
	await off.close();
	await page.close();
	await context.close();
});

test("in English, and on a phone", async () => {
	const { page, context } = await city.person(supervisor);
	await page.goto("/mine?item=*&lang=en");
	await look(page, "mine-en");
	assert.match(await page.locator("h1").innerText(), /process/);
	const phone = await city.browser.newContext({ baseURL: city.url, locale: "zh-CN", viewport: { width: 390, height: 844 }, storageState: await context.storageState() });
	const small = await phone.newPage();
	await small.goto("/mine");
	await look(small, "mine-phone");
	await phone.close();
	await context.close();
});

test("who handles cases and heads nothing may not see it", async () => {
	const { page, context } = await city.person((a) => a.role === "clerk");
	const answer = await page.goto("/mine");
	assert.equal(answer.status(), 403);
	await context.close();
});
