// journey_tally.mjs - statistics: a table opened, split, filtered, saved, reopened, taken along; the open figures; a phone; print.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { look, lookOnPhone, openCity, screenshots } from "./harness.mjs";

let city;
before(async () => { city = await openCity(); });
after(async () => { await city?.close(); });

const shot = (page, name) => page.screenshot({ path: join(screenshots, name), fullPage: true });
/* The table's cells as text, the head first. */
const cells = (page) => page.locator("table.bj-tally").first().evaluate((t) => [...t.rows].map((r) => [...r.cells].map((c) => c.textContent.trim())));
const number = (text) => Number(text.replaceAll(",", ""));

test("a supervisor splits, filters, compares and takes the table along", async () => {
	const { page, context } = await city.person((a) => a.role === "supervisor");
	await page.goto("/statistics");
	await look(page, "statistics");
	await lookOnPhone(page, "statistics");
	await page.selectOption("#by", "organ");
	await page.selectOption("#range", "twelve-months");
	await page.click('#builder button[type="submit"]');
	const byOrgan = await cells(page);
	assert.ok(byOrgan.length > 3, "several organs and a total");
	assert.equal(byOrgan[0][0], "部门");
	const total = byOrgan.at(-1);
	assert.equal(total[0], "合计");
	const sum = byOrgan.slice(1, -1).reduce((n, row) => n + number(row[1]), 0);
	assert.equal(sum, number(total[1]), "the organs add up to the total");
	await page.waitForSelector("[data-tally] canvas"); // a chart is drawn
	await look(page, "statistics-organ");
	await lookOnPhone(page, "statistics-organ");

	// two splits and one measure: a table crossed
	await page.locator("details").first().locator("summary").click();
	while (await page.locator(`input[name="measures"]:checked`).count()) await page.locator(`input[name="measures"]:checked`).first().uncheck();
	await page.check("#m-received");
	await page.selectOption("#by", "period");
	await page.selectOption("#then", "channel");
	await page.click('#builder button[type="submit"]');
	const crossed = await cells(page);
	assert.equal(crossed[0].at(-1), "合计");
	assert.equal(number(crossed.at(-1).at(-1)), number(total[1]), "crossed, the sum is the same");
	await look(page, "statistics-crossed");

	// the year before beside it, filtered by channel
	await page.locator("details").nth(1).locator("summary").click();
	await page.selectOption("#channel", "2");
	await page.selectOption("#by", "organ");
	await page.selectOption("#then", "");
	await page.selectOption("#compare", "year");
	await page.click('#builder button[type="submit"]');
	const compared = await cells(page);
	assert.deepEqual(compared[0].slice(1), ["收件", "上年同期", "增减 %"]);
	assert.ok(number(compared.at(-1)[1]) < number(total[1]), "fewer through one channel");
	await page.locator('a[href*="/staff/cases?organ="]').first().click();
	assert.match(page.url(), /\/staff\/cases\?organ=/);
	await page.goBack();

	const folder = mkdtempSync(join(tmpdir(), "banjie-tally-"));
	for (const format of ["xlsx", "pdf", "csv"]) {
		const href = await page.locator(`a[href*="format=${format}"]`).getAttribute("href");
		const answer = await page.request.get(href);
		assert.equal(answer.status(), 200);
		const bytes = await answer.body();
		writeFileSync(join(folder, `t.${format}`), bytes);
		if (format === "csv") assert.match(bytes.toString("utf8"), /^\ufeff部门,收件,上年同期,增减 %\r\n/);
	}
	const text = execFileSync("pdftotext", ["-layout", join(folder, "t.pdf"), "-"]).toString();
	assert.match(text, /办件统计/);
	assert.match(text, /上年同期/);
	execFileSync("pdftoppm", ["-r", "70", "-png", join(folder, "t.pdf"), join(screenshots, "statistics-pdf")]);
	rmSync(folder, { recursive: true });
	await context.close();
});

test("a table is saved, reopened, shared and deleted, without JavaScript", async () => {
	const { page, context } = await city.person((a) => a.role === "supervisor", { javaScriptEnabled: false });
	await page.goto("/statistics?by=item&measures=concluded&measures=on_time_rate&range=twelve-months&unit=month");
	const before = await cells(page);
	await page.locator('form[action="/statistics/reports"] button').click();
	assert.equal(await page.locator(".govuk-error-summary").count(), 1, "a name is wanted");
	assert.deepEqual(await cells(page), before, "the table is kept");
	await page.fill("#name", "各事项按期率");
	await page.check("#shared");
	await page.locator('form[action="/statistics/reports"] button').click();
	assert.equal(await page.locator("h1").innerText(), "各事项按期率");
	assert.deepEqual(await cells(page), before);
	await shot(page, "statistics-saved.png"); // axe needs scripts

	const head = await city.person((a) => a.role === "head");
	await head.page.goto("/statistics");
	await head.page.getByRole("link", { name: "各事项按期率" }).click();
	assert.deepEqual((await cells(head.page))[0], before[0], "others see a shared table");
	assert.equal(await head.page.locator('form[action$="/drop"]').count(), 0, "and cannot delete it");
	await head.context.close();

	await page.goto("/statistics");
	await page.locator('form[action$="/drop"] button').click();
	assert.equal(await page.getByText("各事项按期率").count(), 0);
	await context.close();
});

test("posts are counted apart, and a wrong question is told", async () => {
	const { page, context } = await city.person((a) => a.role === "head");
	await page.goto("/statistics?by=post&range=twelve-months");
	assert.ok((await cells(page)).length >= 1);
	await look(page, "statistics-posts");
	await page.goto("/statistics?by=post&measures=received");
	assert.equal(await page.locator(".govuk-error-summary").count(), 1);
	await look(page, "statistics-wrong");
	await context.close();
});

test("everybody sees the open figures, in both languages, on a phone, on paper", async () => {
	const { page, context } = await city.visitor();
	await page.goto("/open/statistics");
	await look(page, "statistics-open");
	await lookOnPhone(page, "statistics-open");
	for (const row of await page.locator("table.bj-tally").nth(2).evaluate((t) => [...t.tBodies[0].rows].map((r) => r.cells[1].textContent.trim())))
		assert.ok(row === "<5" || row === "0" || number(row) >= 5, `no small number: ${row}`);
	await page.emulateMedia({ media: "print" });
	await shot(page, "statistics-open-print.png");
	await page.emulateMedia({ media: "screen" });
	await page.getByRole("link", { name: "English" }).click();
	await look(page, "statistics-open-en");
	const answer = await page.request.get("/open/statistics?format=pdf");
	assert.equal(answer.status(), 200);
	const api = await (await page.request.get("/api/v1/open/statistics")).json();
	assert.ok(api.months.length > 0);
	const denied = await page.request.get("/api/v1/statistics");
	assert.equal(denied.status(), 401);
	await context.close();
});
