// journey_operations.mjs - the engineer: how the system is, a paper issued anew, a refusal that keeps what was typed; who may not.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { look, lookOnPhone, openCity } from "./harness.mjs";

let city, page;

before(async () => {
	city = await openCity();
	({ page } = await city.person((a) => a.role === "admin"));
});
after(async () => { await city?.close(); });

/* A case whose process has written something. */
async function caseWithPaper() {
	const { page: other } = await city.person((a) => a.role === "supervisor");
	const { rows } = await (await other.request.get("/api/v1/cases?limit=50")).json();
	for (const { case_no } of rows) {
		const { papers } = await (await page.request.get(`/api/v1/cases/${case_no}/operations`)).json();
		if (papers.length) return { case_no, papers };
	}
	assert.fail("no case has a paper");
}

test("the state of the system is reached from the office's front page and names what needs somebody", async () => {
	await page.goto("/office");
	assert.match(await page.textContent("main"), /有 1 项需要处理/);
	await look(page, "office-needs");
	await page.click('.govuk-inset-text a[href="/office/state"]');
	assert.match(await page.textContent("#check-backup_planned"), /没有安排定时备份/);
	assert.match(await page.textContent("main"), /数据可以读取/);
	await look(page, "office-state");
	await lookOnPhone(page, "office-state");
	await page.goto("/office/state?lang=en");
	assert.match(await page.textContent("main"), /No backup is scheduled/);
	await look(page, "office-state-en");
	await page.goto("/office/state?lang=zh");
});

test("where no paper lacks its number the page says so", async () => {
	await page.goto("/office");
	await page.click('a[href="/office/papers"]');
	assert.match(await page.textContent("main"), /没有缺少证号的文书/);
	await look(page, "office-papers");
});

test("a paper is issued anew: asked for its reason, kept on refusal, done", async () => {
	const { case_no, papers } = await caseWithPaper();
	await page.goto("/office/operations");
	await look(page, "office-operations-empty");
	await page.fill("#case_no", "4711");
	await page.click('main form[method="get"] button');
	assert.match(await page.textContent(".govuk-error-summary"), /没有这个编号的办件/);
	await page.fill("#case_no", case_no);
	await page.click('main form[method="get"] button');
	const row = page.locator(`#paper-${papers[0].document}`);
	await row.locator("summary").click();
	await row.locator("button").click();
	assert.match(await page.textContent(".govuk-error-summary"), /请写明理由/);
	assert.equal(await page.locator(".govuk-error-summary").count(), 1);
	assert.ok(await row.locator("textarea").isVisible(), "the form that was sent stands open");
	await look(page, "office-operations-refused");
	await lookOnPhone(page, "office-operations-refused");
	await row.locator("textarea").fill("印章不清");
	await row.locator("button").click();
	assert.match(await page.textContent("main"), /已重新出具/);
	assert.equal(await page.locator("tr[id^=paper-]").count(), papers.length + 1);
	await look(page, "office-operations-done");
});

test("an auditor sees the state and may mend nothing; a clerk sees neither", async () => {
	const { page: auditor } = await city.person((a) => a.role === "auditor");
	await auditor.goto("/all");
	await auditor.click('a[href="/office/state"]');
	assert.equal(await auditor.locator('a[href="/office/papers"]').count(), 0);
	assert.equal((await auditor.goto("/office/operations")).status(), 403);
	const { page: clerk } = await city.person((a) => a.role === "clerk");
	for (const path of ["/office/state", "/office/papers", "/office/operations", "/api/v1/machine-state", "/api/v1/papers/lacking"])
		assert.equal((await clerk.request.get(path)).status(), 403, path);
});
