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
export const saveAndContinue = (page) => page.locator(".govuk-button-group button.govuk-button").first().click();

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
		const radio = page.locator(`input[type="radio"][name="${key}"][value="${value}"]`);
		if (await radio.count()) { await radio.check(); continue; }
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
