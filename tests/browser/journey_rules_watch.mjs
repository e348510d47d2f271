// journey_rules_watch.mjs - a rule of supervision: read, changed, tried on the past, switched on by two signatures, and then it fires.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { look, lookOnPhone, openCity } from "./harness.mjs";

let city;
before(async () => { city = await openCity(); });
after(async () => { await city?.close(); });

const both = async (page, name) => { await look(page, name); await lookOnPhone(page, name); };
const flash = (page) => page.locator(".govuk-notification-banner, .moj-alert").first().innerText();

async function tried(page, ruleNo) {
	await page.goto(`/board/rules/${ruleNo}`);
	await page.fill("#from", "2026-01-01");
	await page.locator('form:has(input[value="try"]) button').click();
	await page.locator('a[href*="/board/rules/trials/"]').click();
	await page.waitForFunction(() => !document.querySelector("main progress"), null, { timeout: 30000 });
	return Number(await page.locator('[data-figure="alerts"]').innerText());
}

test("a rule is changed, tried, signed by two and then fires", async () => {
	const supervisor = await city.person((a) => a.role === "supervisor"), admin = await city.person((a) => a.role === "admin"), clerk = await city.person("wangfang");
	const { page } = supervisor;
	await page.goto("/board/rules");
	await both(page, "watch-rules");
	await page.goto("/board/rules/facts");
	await both(page, "watch-facts");

	// the past of a rule as it is: what was not told in time
	assert.ok(await tried(page, "L-04") > 0);
	assert.match(await page.locator("main tbody").innerText(), /视为受理/);
	await both(page, "watch-trial");

	// a fee that the item does not have: a yellow card from now on
	await page.goto("/board/rules/D-08/edit");
	await page.selectOption("#o-1-1", '"yellow"');
	await page.fill("#c-1-1", "not a condition (");
	const answers = await page.inputValue("#post"), asked = await page.inputValue("#moments");
	assert.match(asked, /^[a-z.\- ]+$/, "the moments stand there to be changed");
	await page.selectOption("#post", "supervisor");
	await page.fill("#reason", "首次发现先发黄牌");
	await page.locator("main form button[type=submit]").last().click();
	await page.locator(".govuk-error-summary").waitFor();
	const refusal = await page.locator(".govuk-error-summary").innerText();
	assert.match(refusal, /决策表有误：.*“not a condition \(”/, "what is wrong and where, in the reader's language");
	assert.doesNotMatch(refusal, /expected/);
	assert.equal(await page.inputValue("#reason"), "首次发现先发黄牌");
	assert.equal(await page.inputValue("#c-1-1"), "not a condition (");
	assert.equal(await page.inputValue("#post"), "supervisor", "what was chosen is kept");
	await page.selectOption("#post", answers);
	await look(page, "watch-edit-refused");
	await page.fill("#c-1-1", "false");
	await page.fill("#text", "办件 {case_no} 收取了事项目录之外的费用,请核实。");
	await both(page, "watch-edit");
	await page.locator("main form button[type=submit]").last().click();
	await page.waitForURL(/\/board\/rules\/D-08$/);
	assert.equal(await tried(page, "D-08"), 0);
	await page.goto("/board/rules/D-08");
	await page.locator('form:has(input[value="sign"]) button').click();
	await page.locator("main .govuk-inset-text").waitFor(); // not by the same person
	assert.equal(await page.locator('input[value="approve"]').count(), 0);

	await admin.page.goto("/board/rules/D-08");
	await both(admin.page, "watch-second");
	await admin.page.locator('form:has(input[value="approve"]) button').click();
	await admin.page.waitForLoadState();
	assert.match(await admin.page.locator(".govuk-caption-l").first().innerText(), /第2版 · 现行/);
	await both(admin.page, "watch-rule");

	await clerk.page.goto("/staff/cases?open=true");
	const caseNo = (await clerk.page.locator('a[href^="/staff/cases/9"]').first().innerText()).trim();
	await clerk.page.goto(`/staff/cases/${caseNo}/fees`);
	await clerk.page.fill("#code", "express");
	await clerk.page.fill("#amount", "20.50");
	await clerk.page.fill("#basis", "窗口价目表");
	await clerk.page.locator("main form button[type=submit]").click();
	await clerk.page.waitForLoadState();
	await both(clerk.page, "watch-fees");

	// within a second of its moment
	let text = "";
	for (let i = 0; i < 20 && !text.includes("D-08"); i++) {
		await page.waitForTimeout(100);
		await page.goto("/board/alerts?level=yellow");
		text = await page.locator("main").innerText();
	}
	assert.match(text, new RegExp(`${caseNo} 收取了事项目录之外的费用`));
	const alertNo = /JC\d{10}/.exec(text.split("\n").find((line) => line.includes("D-08")))[0];
	await page.goto(`/board/alerts/${alertNo}/why`);
	assert.match(await page.locator("main").innerText(), /case\.fee/);
	await both(page, "watch-why");
	for (const p of [supervisor, admin, clerk]) await p.context.close();
});
