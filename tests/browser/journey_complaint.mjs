// journey_complaint.mjs - a complaint from intake to call-back: anonymous, answered, not satisfied, handled again; one by telephone with its
// name hidden; the report that each has an answer; and the board at wall and phone size.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { look, lookOnPhone, openCity, screenshots } from "./harness.mjs";
import { act } from "./people.mjs";

let city;
before(async () => { city = await openCity(); });
after(async () => { await city?.close(); });

const both = async (page, name) => { await look(page, name); await lookOnPhone(page, name); };
const go = (page) => page.locator('form[action="/complain"] button.govuk-button').last().click();
const status = (page) => page.locator("[data-status]").first().getAttribute("data-status");

/* The questions, one a page, up to the check. */
async function ask(page, answers) {
	await page.goto("/complain");
	await both(page, "complaint-1-about");
	await page.check(`input[name="about"][value="${answers.about}"]`);
	await go(page);
	if (answers.organ) await page.selectOption("#organ", { label: answers.organ });
	await both(page, "complaint-2-who");
	await go(page);
	await page.check(`input[name="category"][value="${answers.category}"]`);
	await page.fill("#title", answers.title);
	await go(page); // the text is missing: the page says so and keeps the title
	assert.equal(await page.inputValue("#title"), answers.title);
	await look(page, "complaint-3-what-refused");
	await page.fill("#text", answers.text);
	await go(page);
	await page.check(`input[name="identity"][value="${answers.identity}"]`);
	await both(page, "complaint-4-you");
	await go(page);
	await both(page, "complaint-5-check");
}

async function follow(page, number, secret) {
	await page.goto("/complain/follow");
	await page.fill("#case_no", number);
	await page.fill("#secret", secret);
	await page.locator('form[action="/complain/follow"] button').click();
}

async function answered(number) {
	const desk = await city.person("gaoyun"), above = await city.person("heyuan"), check = await city.person("menglan");
	if (await status((await desk.page.goto(`/staff/complaints/${number}`), desk.page)) === "received") await act(desk.page, number, "受理并分办");
	await above.page.goto(`/staff/complaints/${number}`);
	await both(above.page, "complaint-staff");
	await act(above.page, number, "办结并拟答复", { finding: "upheld", facts: "窗口压件两周属实", answer: "已办理并致歉" });
	await act(check.page, number, "同意答复");
	for (const who of [desk, above, check]) await who.context.close();
}

test("anonymous: handed in, asked, answered, not satisfied, handled again, satisfied", async () => {
	const { page, context } = await city.visitor();
	await ask(page, { about: "organ", organ: "云溪市市场监督管理局", category: "delay", title: "申请两周无人理会", text: "两周前递交，没有任何回音。", identity: "anonymous" });
	await page.setInputFiles("#file-evidence", { name: "照片.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.4\n%%EOF\n") });
	await page.locator('button[name="to"][value="send"]').click();
	await page.waitForSelector("[data-secret]");
	await both(page, "complaint-6-done");
	const number = await page.locator("[data-case-no]").innerText(), secret = await page.locator("[data-secret]").innerText();
	await follow(page, number, "WRONGONE");
	await look(page, "complaint-follow-refused");
	await follow(page, number, secret);
	assert.equal(await status(page), "received");
	assert.equal(page.url().includes(secret), false);

	await answered(number);
	await follow(page, number, secret);
	assert.equal(await status(page), "answered");
	await both(page, "complaint-follow-answered");
	await page.check('input[name="satisfied"][value="no"]');
	await page.selectOption("#reason", "not-done");
	await page.locator('form:has(input[value="respond"]) button').click();
	assert.equal(await status(page), "handling"); // in the office's hands: once more
	await answered(number);
	await follow(page, number, secret);
	await page.check('input[name="satisfied"][value="yes"]');
	await page.locator('form:has(input[value="respond"]) button').click();
	assert.equal(await status(page), "closed");
	await context.close();
});

test("by telephone, the name hidden: looked for, typed in, shown to the desk alone with a reason", async () => {
	const desk = await city.person("gaoyun"), supervisor = await city.person("lvping");
	await desk.page.goto("/staff/complaints/new");
	await desk.page.selectOption("#received_by", "phone");
	await desk.page.selectOption("#identity", "protected");
	await desk.page.fill("#name", "钱不二");
	await desk.page.fill("#phone", "13977778888");
	await desk.page.selectOption("#about", "matter");
	await desk.page.selectOption("#category", "other");
	await desk.page.fill("#title", "路灯不亮");
	await desk.page.locator('button[value="look"]').click();
	assert.equal(await desk.page.inputValue("#name"), "钱不二");
	await desk.page.fill("#text", "春江路路灯三天不亮。");
	await both(desk.page, "complaint-intake");
	await desk.page.locator('button[value="save"]').click();
	const number = await desk.page.locator("[data-case-no]").innerText();
	await desk.page.goto(`/staff/complaints/${number}`);
	assert.doesNotMatch(await desk.page.locator("main").innerText(), /钱不二/);
	await desk.page.fill("#unmask-reason", "回电核实地点");
	await desk.page.locator('form[action$="/identity"] button').click();
	assert.equal(await desk.page.locator("[data-name]").innerText(), "钱不二");
	await both(desk.page, "complaint-unmasked");
	await supervisor.page.goto(`/staff/complaints/${number}`);
	const seen = await supervisor.page.locator("main").innerText();
	assert.match(seen, /回电核实地点/);
	assert.doesNotMatch(seen, /钱不二/);

	await supervisor.page.goto("/staff/complaints");
	await both(supervisor.page, "complaint-list");
	await supervisor.page.goto("/staff/complaints/report");
	assert.equal(await supervisor.page.locator("[data-without]").innerText(), "0");
	await both(supervisor.page, "complaint-report");
	await desk.context.close();
	await supervisor.context.close();
});

test("the board: for a wall, for a phone; a number opens its cases", async () => {
	const { page, context } = await city.person("lvping");
	for (const [name, width, height] of [["wall", 1920, 1080], ["wall-4k", 3840, 2160]]) {
		await page.setViewportSize({ width, height });
		await page.goto("/board?wall=1");
		await page.screenshot({ path: join(screenshots, `board-${name}.png`) });
		const rest = await page.evaluate(() => document.documentElement.scrollHeight - innerHeight);
		assert.ok(rest <= 1, `the wall scrolls by ${rest} px at ${width}`);
	}
	await page.setViewportSize({ width: 1280, height: 900 });
	await page.goto("/board");
	await both(page, "board-city");
	await page.locator(".bj-map__tile").first().waitFor();
	const open = await page.locator('[data-figure="open"]').innerText();
	assert.match(open, /^\d+$/);
	await page.locator('[aria-labelledby="by-window"] tbody a.govuk-link').first().click();
	await look(page, "board-window");
	await context.close();
});
