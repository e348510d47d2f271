// rules.test.mjs - the designer reads a decision, tries it, sees which rules matched and runs its examples, without JavaScript too.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { look, lookOnPhone, openCity } from "./harness.mjs";

let city;
before(async () => { city = await openCity(); });
after(async () => { await city?.close(); });

const admin = (a) => a.role === "admin";
const form = (page) => page.locator('form[action$="#result"]');
const field = (page, path) => form(page).locator(`[name="${path}"]`);

test("a decision is read, tried and its examples run", async () => {
	const { page, context } = await city.person(admin);
	await page.goto("/office");
	await page.locator("main").getByRole("link", { name: "规则", exact: true }).click();
	await look(page, "rules");
	await lookOnPhone(page, "rules");
	await page.locator("main table a", { hasText: "办理方式" }).click();
	await look(page, "rules-decision", { code: true });
	assert.equal(await page.locator("table.bj-rules").count(), 2, "the tables it rests on");

	await field(page, "form.business_type").selectOption("catering");
	await field(page, "form.processing").selectOption("hot");
	await field(page, "form.application").selectOption("new");
	await field(page, "commitment").selectOption("false");
	await field(page, "form.area").fill("很大");
	await form(page).locator("button").click();
	await look(page, "rules-error", { code: true });
	assert.equal(await field(page, "form.area").inputValue(), "很大", "what was typed stays");
	assert.equal(await field(page, "form.area").getAttribute("aria-invalid"), "true");
	assert.equal(await page.locator("#result").count(), 0);

	await field(page, "form.area").fill("500");
	await form(page).locator("button").click();
	await look(page, "rules-tried", { code: true });
	await lookOnPhone(page, "rules-tried", { code: true });
	const result = await page.locator('section[aria-labelledby="result"]').innerText();
	assert.match(result, /高风险业态，应当现场核查/);
	assert.match(result, /命中第 3 条规则/);
	assert.deepEqual(await page.locator(".bj-rules__hit .bj-rules__no").allInnerTexts(), ["1", "3"]);

	await page.locator('form[action$="/examples#examples"] button').click();
	await look(page, "rules-examples", { code: true });
	const examples = await page.locator('section[aria-labelledby="examples"]').innerText();
	assert.match(examples, /6 个通过，0 个失败/);
	await context.close();
});

test("an example fills the form; all works without JavaScript, in English", async () => {
	const { page, context } = await city.person(admin, { javaScriptEnabled: false });
	await page.goto("/office/rules/elder-benefit-card/eligibility?lang=en");
	await page.locator('section[aria-labelledby="examples"] tbody a').nth(1).click();
	assert.equal(await field(page, "applicant.age").inputValue(), "59");
	await form(page).locator("button").click();
	assert.match(await page.locator('section[aria-labelledby="result"]').innerText(), /refused/);
	assert.equal((await page.goto("/office/rules/elder-benefit-card/nothing")).status(), 404);
	await context.close();
});

test("only an administrator sees the rules", async () => {
	const { page, context } = await city.person((a) => a.role === "clerk");
	assert.equal((await page.goto("/office/rules")).status(), 403);
	await context.close();
});
