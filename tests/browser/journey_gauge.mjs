// journey_gauge.mjs - evaluation: a scheme edited and tried out, run, an objection made and decided, final; the report opened, and
// what everybody sees.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { look, lookOnPhone, openCity } from "./harness.mjs";

let city, supervisor, run, login;
before(async () => { city = await openCity(); supervisor = await city.person((a) => a.role === "supervisor"); });
after(async () => { await city?.close(); });

const options = { code: true };
const both = async (page, name) => { await look(page, name, options); await lookOnPhone(page, name, options); };
const words = async (page) => page.locator("main").innerText();

async function openAll(page) {
	await page.evaluate(() => { for (const d of document.querySelectorAll("main details")) d.open = true; });
}

test("a scheme is edited without a programmer, tried out, and saved as a new version", async () => {
	const { page } = supervisor;
	await page.goto("/gauge/schemes");
	await both(page, "gauge-schemes");
	await page.getByRole("link", { name: "部门和人员月度百分制考核" }).click();
	await openAll(page);
	const time = page.locator('input[value="time"]').first();
	const at = (await time.getAttribute("name")).replace(/\.code$/, "");
	await page.fill(`[name="${at}.indicators.2.expression"]`, "9 * red");
	await page.fill('[name="cases_min"]', "1");
	await page.fill('[name="try_subject"]', "zhangmin");
	await page.selectOption('[name="try_kind"]', "person");
	await page.fill('[name="try_period"]', "2026-W12");
	await page.click('button[value="try"]');
	assert.match(await page.locator("#tried").innerText(), /试算：.*2026-W12/);
	assert.equal(await page.locator('[name="cases_min"]').inputValue(), "1", "what was typed stays");
	await both(page, "gauge-scheme-tried");

	// a wrong weight is refused with its place, and everything typed stays
	await openAll(page);
	await page.fill(`[name="${at}.weight"]`, "15");
	await page.click('button[value="save"]');
	assert.match(await words(page), /各部分的分值之和应等于基础分/);
	assert.equal(await page.locator(`[name="${at}.weight"]`).inputValue(), "15");
	await openAll(page);
	await page.fill(`[name="${at}.weight"]`, "14");
	await page.click('button[value="save"]');
	assert.match(await words(page), /已保存为新版/);
	assert.match(await page.locator("h1").innerText(), /第 2 版/);
	assert.equal(await page.locator(`[name="${at}.indicators.2.expression"]`).inputValue(), "9 * red");
	await page.goto("/gauge/measures");
	await both(page, "gauge-measures");
});

test("a week is evaluated and every figure opens to its cases", async () => {
	const { page } = supervisor;
	await page.goto("/gauge");
	await both(page, "gauge-runs");
	await page.selectOption("#scheme", "monthly-100");
	await page.fill("#period", "2026-W99");
	await page.click('form[action="/gauge/runs"] button');
	assert.match(await words(page), /不是周期/);
	assert.equal(await page.locator("#scheme").inputValue(), "monthly-100", "what was chosen stays");
	await page.fill("#period", "2026-W12"); // the demonstration has evaluated the weeks around it
	await page.click('form[action="/gauge/runs"] button');
	await page.waitForURL(/\/gauge\/runs\/PG/);
	run = /PG\d+/.exec(page.url())[0];
	await page.waitForFunction(() => !document.querySelector("[data-gauge-work]"), null, { timeout: 60000 });
	assert.match(await words(page), /初评/);
	await page.waitForSelector("[data-gauge-chart] canvas");
	await both(page, "gauge-run");
	await page.goto(`/gauge/runs/${run}?kind=person`);
	await both(page, "gauge-run-people");
	const first = page.locator("[data-gauge-table] tbody a").first();
	login = (await first.getAttribute("href")).split("/").pop();
	await first.click();
	await openAll(page);
	await both(page, "gauge-sheet");
	assert.match(await words(page), /= \d/);
	await page.locator('a[href*="measure=cases"], a[href*="measure=early_share"]').first().click();
	await both(page, "gauge-cases");
});

test("the evaluated objects with a reason; it is decided; the figure becomes final and its report is opened", async () => {
	const me = await city.person(login);
	await me.page.goto(`/gauge/runs/${run}/person/${login}`);
	await openAll(me.page);
	await me.page.getByRole("link", { name: "提出异议" }).first().click();
	await both(me.page, "gauge-objection");
	await me.page.click('main form button[type="submit"]');
	assert.match(await words(me.page), /请说明理由/);
	await me.page.fill("#reason", "当日系统停机，环节超期不是本人原因。");
	await me.page.click('main form button[type="submit"]');
	assert.match(await words(me.page), /异议已提交/);
	await me.context.close();

	const { page } = supervisor;
	await page.goto(`/gauge/objections?run=${run}`);
	await both(page, "gauge-objections");
	await page.locator("main textarea").first().fill("记录显示当日没有停机。");
	await page.getByRole("button", { name: "不采纳" }).first().click();
	assert.match(await words(page), /异议已处理/);
	await page.goto(`/gauge/runs/${run}`);
	await page.getByRole("button", { name: "定为终评" }).click();
	assert.match(await words(page), /异议期到/, "not before the time for objections is over");
	await city.moveTime("2026-04-10T09:00:00+08:00");
	await page.goto(`/gauge/runs/${run}`);
	await page.getByRole("button", { name: "定为终评" }).click();
	await page.waitForFunction(() => !document.querySelector("[data-gauge-work]"), null, { timeout: 60000 });
	await page.goto(`/gauge/runs/${run}`);
	assert.match(await words(page), /终评/);
	await both(page, "gauge-final");
	for (const [format, mark] of [["pdf", "%PDF"], ["xlsx", "PK"]]) {
		const answer = await page.request.get(`/gauge/runs/${run}/report?format=${format}`);
		assert.equal(answer.status(), 200);
		assert.ok((await answer.body()).subarray(0, 4).toString("latin1").startsWith(mark));
	}
});

test("everybody sees the organs' final figures and nobody's name; in English too", async () => {
	const { page, context } = await city.visitor();
	await page.goto("/evaluation");
	await both(page, "gauge-public");
	await page.goto("/evaluation?lang=en");
	await both(page, "gauge-public-en");
	const answer = await page.request.get(`/evaluation/report?run=${run}&format=pdf`);
	assert.equal(answer.status(), 200);
	assert.equal((await page.request.get(`/gauge/runs/${run}`, { maxRedirects: 0 })).status(), 303);
	await context.close();
});

test("entries, questionnaires and recommendations have their pages", async () => {
	const { page } = supervisor;
	for (const name of ["entries", "surveys", "recommendations"]) {
		await page.goto(`/gauge/${name}`);
		await both(page, `gauge-${name}`);
	}
	await page.goto("/gauge/surveys");
	await page.locator("main details summary").first().click();
	await page.fill("#name", "办事满意度");
	await page.fill("#period", "2026-W12");
	await page.fill("#size", "3");
	await page.fill("#days", "14");
	await page.click('main form[action="/gauge/surveys"] button');
	assert.match(await words(page), /样本已抽取|只有 \d+ 件/);
	await both(page, "gauge-surveys-drawn");
	const citizen = await city.person((a) => a.role === "citizen");
	await citizen.page.goto("/my/questionnaires");
	await both(citizen.page, "gauge-mine");
	await citizen.context.close();
});
