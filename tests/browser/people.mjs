// people.mjs - what citizens do, in words: used by the journeys.
import assert from "node:assert/strict";

export const pdf = (name) => ({ name, mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n") });
export const png = (name) => ({ name, mimeType: "image/png", buffer: Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64") });

/* An identity number born on the day (YYYYMMDD), with its check digit (GB 11643). */
export function identity(born, serial = "002") {
	const digits = `990101${born}${serial}`;
	const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
	const sum = [...digits].reduce((s, d, i) => s + Number(d) * weights[i], 0);
	return digits + "10X98765432"[sum % 11];
}

/* A unified social credit code with its check character (GB 32100). */
export function creditCode(first) {
	const alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY", weights = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
	const sum = [...first].reduce((s, c, i) => s + alphabet.indexOf(c) * weights[i], 0);
	return first + alphabet[(31 - sum % 31) % 31];
}

/* From the search to the task list of a new draft. */
export async function startApplication(page, words, name) {
	await page.goto(`/items?online=1&q=${encodeURIComponent(words)}`);
	await page.locator(".bj-results__name a", { hasText: name }).first().click();
	await page.locator(".bj-apply a.govuk-button").click();
	await page.locator('main form[action^="/apply/"] button').click();
	await page.waitForURL(/\/drafts\/\d+$/);
	return new URL(page.url()).pathname;
}

export const section = (page, name) => page.locator(".govuk-task-list__link", { hasText: name }).click();
export async function saveAndContinue(page) {
	await page.locator(".govuk-button-group button.govuk-button").first().click();
	await page.waitForLoadState();
}

/* The same where no mistake is expected: what the summary says ends the test. */
export async function saved(page) {
	await saveAndContinue(page);
	assert.equal(await page.locator(".govuk-error-summary li").allInnerTexts().then((all) => all.join("; ")), "", page.url());
}

export async function fillApplicant(page, who) {
	await section(page, "申请人信息");
	await page.check(`input[name="kind"][value="${who.kind ?? "1"}"]`);
	await page.fill("#name", who.name);
	await page.selectOption("#id_type", who.idType ?? "111");
	await page.fill("#id_no", who.idNo);
	await page.fill("#phone", who.phone ?? "13800138000");
	await page.fill("#address", who.address ?? "云溪市望江区春江路 8 号");
	await saveAndContinue(page);
}

/* Fields by key; what is a radio, a select, a check box or a date is found out here. */
export async function fillForm(page, values) {
	for (const [key, value] of Object.entries(values)) {
		if (await page.locator(`input[type="radio"][name="${key}"]`).count()) { await page.check(`input[name="${key}"][value="${value}"]`); continue; }
		if (await page.locator(`#f-${key}-year, [name="${key}-year"]`).count()) {
			const [year, month, day] = value.split("-");
			await page.fill(`[name="${key}-year"]`, year);
			await page.fill(`[name="${key}-month"]`, month);
			await page.fill(`[name="${key}-day"]`, day);
			continue;
		}
		const control = page.locator(`[name="${key}"]`).first();
		const tag = await control.evaluate((e) => e.tagName);
		if (tag === "SELECT") await control.selectOption(value);
		else if (value === true) await control.check();
		else await control.fill(value);
	}
}

/* One file for each of the materials' ids. */
export async function uploadAll(page, ids) {
	for (const id of ids) {
		await page.setInputFiles(`#file-${id}`, pdf(`${id}.pdf`));
		await page.locator(`#material-${id} form[enctype] button`).click();
		await page.locator(`#material-${id} .bj-files__item`).first().waitFor();
	}
}

/* Check your answers, submit, and what the receipt says. */
export async function submit(page) {
	await section(page, "核对并提交");
	await page.locator('main form[action$="/submit"] button').click();
	await page.waitForURL(/\/cases\/[^/]+\/receipt$/);
	const caseNo = decodeURIComponent(new URL(page.url()).pathname.split("/")[2]);
	const secret = await page.locator(".bj-secret").count() ? (await page.locator(".bj-secret").innerText()).trim() : null;
	assert.ok(caseNo);
	return { caseNo, secret };
}

export const foodForm = { application: "new", business_name: "望江小厨", credit_code: "91990101MA00000000", business_type: "catering", processing: "hot", area: "86",
	address: "云溪市望江区春江路 8 号一楼", manager: "林晓", phone: "13800138000" };
export const foodMaterials = ["business-licence", "id-card", "premises", "layout", "rules", "health"];

export const constructionForm = { project_name: "望江新城三期", project_code: "2603-990100-04-01-000123", builder: "云溪望江置业有限公司", contractor: "云溪第一建筑有限公司",
	address: "云溪市望江区新城大道 18 号", use: "housing", area: "60000", height: "80", pit_depth: "6", cost: "21000", starts_on: "2026-07-01", ends_on: "2028-06-30" };
export const constructionMaterials = ["land", "planning-permit", "drawings", "fire-design", "environment", "defence-design", "contract", "funds", "safety"];

/* A clerk, reviewer, head … takes an action on the case: opens it from its page, fills in what is asked, confirms. */
export async function act(page, caseNo, action, values = {}) {
	await page.goto(`/staff/cases/${caseNo}`);
	await page.locator('a.govuk-button[href*="/actions/"]', { hasText: new RegExp(`^\\s*${action}\\s*$`) }).first().click();
	await fillForm(page, values);
	await page.locator("main form button[type=submit]").click();
	await page.waitForURL(new RegExp(`/staff/cases/${caseNo}$`));
}

/* The applicant's own step, from the case page. */
export async function ownStep(page, caseNo, values = {}, files = {}) {
	await page.goto(`/cases/${caseNo}`);
	await page.locator("#todo a.govuk-button").click();
	await fillForm(page, values);
	for (const [field, file] of Object.entries(files)) await page.setInputFiles(`input[type="file"][name="${field}"]`, file);
	await page.locator('main button[name="action"]').first().click();
	await page.waitForURL(new RegExp(`/cases/${caseNo}$`));
}
