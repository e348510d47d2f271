// journey_citizen.mjs - a citizen alone: the instant card, an application with drafts, mistakes and uploads, tracking,
// withdrawing.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { look, lookOnPhone, openCity } from "./harness.mjs";
import { fillApplicant, fillForm, foodForm, foodMaterials, identity, pdf, saveAndContinue, section, startApplication, submit, uploadAll } from "./people.mjs";

let city;
before(async () => { city = await openCity(); });
after(async () => { await city?.close(); });

const both = async (page, name) => { await look(page, name); await lookOnPhone(page, name); };
const citizen = (a) => a.role === "citizen";

test("an elder's card is decided on the spot", async () => {
	const { page, context } = await city.person(citizen);
	await startApplication(page, "优待", "老年人优待证");
	await both(page, "elder-tasks");
	await fillApplicant(page, { name: "林国栋", idNo: identity("19500301") });
	await section(page, "申请内容");
	await both(page, "elder-form");
	await fillForm(page, { residence: "local", holds_card: "no", address: "云溪市望江区春江路 8 号", delivery: "electronic" });
	await saveAndContinue(page);
	await section(page, "申请材料");
	await uploadAll(page, ["id-card"]);
	await both(page, "elder-materials");
	await saveAndContinue(page);
	const { caseNo, secret } = await submit(page);
	await both(page, "elder-receipt");
	assert.match(await page.locator("h1").innerText(), /当场办结/);
	assert.ok(secret);
	await page.goto(`/cases/${caseNo}`);
	await both(page, "elder-case");
	assert.match(await page.locator("h1").innerText(), /已办结/);
	await page.getByRole("link", { name: "查看和打印证照" }).click();
	await both(page, "elder-licence");
	await context.close();
});

test("somebody too young is told why, on a page and not an error", async () => {
	const { page, context } = await city.person(citizen);
	await startApplication(page, "优待", "老年人优待证");
	await fillApplicant(page, { name: "林小年", idNo: identity("19900301") });
	await section(page, "申请内容");
	await fillForm(page, { residence: "local", holds_card: "no", address: "云溪市望江区春江路 8 号", delivery: "electronic" });
	await saveAndContinue(page);
	await section(page, "申请材料");
	await uploadAll(page, ["id-card"]);
	await saveAndContinue(page);
	await submit(page);
	await both(page, "elder-ineligible");
	assert.match(await page.locator("h1").innerText(), /不符合条件/);
	assert.ok((await page.locator(".bj-panel--warn").innerText()).length > 20, "reasons are given");
	assert.match(await page.locator("main").innerText(), /复议/);
	await context.close();
});

test("a food licence: mistakes are named and kept, drafts wait, files are checked by content", async () => {
	const { page, context } = await city.person(citizen);
	const draft = await startApplication(page, "食品经营", "食品经营许可");
	// mistakes in the applicant's part
	await section(page, "申请人信息");
	await page.fill("#name", "");
	await page.fill("#id_no", "12345");
	await saveAndContinue(page);
	await both(page, "food-applicant-errors");
	assert.match(await page.title(), /^错误/);
	assert.equal(await page.inputValue("#id_no"), "12345");
	assert.equal(await page.locator(".govuk-error-summary a").count(), 2);
	await page.goto(draft);
	// full-width digits and blanks are no mistake
	await fillApplicant(page, { name: "林晓", idNo: ` ${identity("19880512")} `, phone: "138 0013 8000" });
	// the form half done is kept for later
	await section(page, "申请内容");
	await saveAndContinue(page);
	await both(page, "food-form-errors");
	await fillForm(page, { business_name: foodForm.business_name });
	await page.locator('button[name="later"]').click();
	await both(page, "my-cases-draft");
	await page.goto(draft);
	await section(page, "申请内容");
	assert.equal(await page.inputValue('[name="business_name"]'), foodForm.business_name);
	await fillForm(page, foodForm);
	await saveAndContinue(page);
	// a text that calls itself PDF
	await section(page, "申请材料");
	await page.setInputFiles("#file-layout", { name: "平面图.pdf", mimeType: "application/pdf", buffer: Buffer.from("这不是 PDF") });
	await page.locator("#material-layout form[enctype] button").click();
	await both(page, "food-upload-refused");
	assert.match(await page.locator("#file-layout-error").innerText(), /格式/);
	// nothing chosen
	await page.locator("#material-layout form[enctype] button").click();
	assert.match(await page.locator("#file-layout-error").innerText(), /选择/);
	// required ones missing
	await saveAndContinue(page);
	assert.match(await page.locator(".govuk-error-summary").innerText(), /还缺少必备材料/);
	await uploadAll(page, foodMaterials.slice(0, 4));
	await page.setInputFiles("#file-layout", pdf("多传的.pdf"));
	await page.locator("#material-layout form[enctype] button").click();
	assert.equal(await page.locator("#material-layout .bj-files__item").count(), 2);
	await page.locator("#material-layout .bj-files__item", { hasText: "多传的" }).getByRole("button").click();
	assert.equal(await page.locator("#material-layout .bj-files__item").count(), 1);
	await page.check("#follow");
	await saveAndContinue(page);
	await section(page, "告知承诺");
	await both(page, "food-commitment");
	await page.check('input[name="commitment"][value="no"]');
	await saveAndContinue(page);
	// change an answer from the check page and come back to it
	await section(page, "核对并提交");
	await both(page, "food-check");
	await page.locator(".govuk-summary-list__row", { hasText: "望江小厨" }).getByRole("link").click();
	await fillForm(page, { business_name: "望江大厨" });
	await saveAndContinue(page);
	assert.match(page.url(), /\/check$/);
	assert.match(await page.locator("main").innerText(), /望江大厨/);
	await page.goto(draft);
	const { caseNo, secret } = await submit(page);
	await both(page, "food-receipt");
	assert.ok(await page.locator(".bj-stages__item").count() >= 3, "each stage with its date");
	assert.match(await page.locator(".bj-stages").innerText(), /2026年4月/);

	// anybody with number and secret sees it, without names of staff
	const visitor = await city.visitor();
	await visitor.page.goto("/track");
	await visitor.page.fill("#case_no", caseNo);
	await visitor.page.fill("#secret", "wrong");
	await visitor.page.click('main form[action="/track"] button');
	await both(visitor.page, "track-wrong");
	await visitor.page.fill("#secret", secret);
	await visitor.page.click('main form[action="/track"] button');
	await both(visitor.page, "track-case");
	assert.match(await visitor.page.locator("h1").innerText(), /食品经营许可/);
	await visitor.context.close();

	// messages, and withdrawing
	await page.goto("/my/messages");
	await both(page, "messages");
	await page.goto("/my/cases");
	await both(page, "my-cases");
	await page.goto(`/cases/${caseNo}`);
	await both(page, "food-case-received");
	await page.getByRole("link", { name: "撤回申请" }).click();
	await page.locator("main form button").click();
	await both(page, "withdraw-error");
	await page.fill("#reason", "改到明年再办");
	await page.locator("main form button").click();
	assert.match(await page.locator("h1").innerText(), /已撤回/);
	await both(page, "food-case-withdrawn");
	await context.close();
});

test("another citizen's case is not there", async () => {
	const mine = await city.person(citizen);
	await mine.page.goto("/my/cases");
	const href = await mine.page.locator('main a[href^="/cases/"]').first().getAttribute("href");
	const other = await city.visitor();
	await other.page.goto("/register");
	await other.page.fill("#name", "路人甲");
	await other.page.fill("#login", `other-${process.pid}`);
	await other.page.fill("#phone", "13900139000");
	await other.page.fill("#id_no", identity("19910101", "013"));
	await other.page.fill("#password", "杨柳青青江水平唱歌声");
	await other.page.click('main button[type="submit"]');
	await other.page.waitForURL((u) => u.pathname === "/");
	const answer = await other.page.goto(href);
	assert.equal(answer.status(), 404);
	await look(other.page, "error-not-mine");
	await mine.context.close();
	await other.context.close();
});
