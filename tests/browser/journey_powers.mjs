// journey_powers.mjs - powers in a browser: a list drafted by one and published by another, a chief representative who
// decides in the head's place until revoked, an interest, personal data for a reason, emergency access, the audit.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { look, lookOnPhone, openCity } from "./harness.mjs";

const MARKET = "1199010000000102XM";
let city;
before(async () => { city = await openCity(); });
after(async () => { await city?.close(); });

const both = async (page, name, options) => { await look(page, name, options); await lookOnPhone(page, name, options); };
const message = (page) => page.locator(".bj-flash").innerText();
const refusal = (page) => page.locator(".govuk-error-summary").innerText();

/* The first case in the worklist of the person's posts. */
async function firstCase(page) {
	await page.goto("/staff?scope=organ");
	return (await page.locator('a[href^="/staff/cases/"]').first().getAttribute("href")).split("/")[3].split("?")[0];
}

test("the lists of powers are public, drafted by one, published by another", async () => {
	const visitor = await city.visitor();
	await visitor.page.goto("/powers");
	await both(visitor.page, "powers-lists");
	await visitor.page.goto(`/powers/${MARKET}/power`);
	await both(visitor.page, "powers-published");
	assert.match(await visitor.page.locator("table").innerText(), /食品经营许可/);

	const a = await city.person("chenjie"), b = await city.person("yangli");
	await a.page.goto(`/office/powers/${MARKET}/power`);
	await a.page.fill("#code", "SJ-QR-01");
	await a.page.fill("#name", "计量检定确认");
	await a.page.locator('form:has(input[value="put"]) button').click();
	assert.match(await refusal(a.page), /法律依据/);
	assert.equal(await a.page.inputValue("#name"), "计量检定确认", "what was typed is kept");
	await a.page.fill("#basis", "《中华人民共和国计量法》第九条");
	await a.page.check("#functions-examine");
	await a.page.locator('form:has(input[value="put"]) button').click();
	assert.match(await message(a.page), /草稿已保存/);
	await both(a.page, "powers-draft");
	await a.page.locator('form:has(input[value="publish"]) button').click();
	assert.match(await refusal(a.page), /另一人公布/);
	await b.page.goto(`/office/powers/${MARKET}/power`);
	await b.page.locator('form:has(input[value="publish"]) button').click();
	assert.match(await message(b.page), /已公布/);
	await visitor.page.goto(`/powers/${MARKET}/power`);
	assert.match(await visitor.page.locator("main").innerText(), /SJ-QR-01[\s\S]*第 2 版/);
});

test("a delegation shows, lets the counter hand steps on, and ends when revoked", async () => {
	const head = await city.person("chenjie"), clerk = await city.person("wangfang");
	await head.page.goto("/staff/delegations");
	await both(head.page, "powers-delegations");
	await clerk.page.goto("/staff/delegations");
	assert.match(await clerk.page.locator("table").innerText(), /首席代表/);
	const caseNo = await firstCase(clerk.page);
	await clerk.page.goto(`/staff/cases/${caseNo}`);
	assert.ok(await clerk.page.locator('a[href*="/ask/reassign"]').count() > 0, "the counter may hand steps on");
	await head.page.locator('form:has(input[value="revoke"]) input[name="reason"]').first().fill("负责人回岗");
	await head.page.locator('form:has(input[value="revoke"]) button').first().click();
	assert.match(await message(head.page), /已撤销/);
	await clerk.page.goto(`/staff/cases/${caseNo}`);
	assert.equal(await clerk.page.locator('a[href*="/ask/reassign"]').count(), 0);
	// a new one: without a last day it is refused
	await head.page.goto("/staff/delegations");
	await head.page.check("#lend-decide");
	await head.page.fill("form:has(input[value=give]) textarea", "外出学习");
	await head.page.locator("form:has(input[value=give]) button").click();
	assert.match(await refusal(head.page), /最后一日/);
	await head.page.check("#lend-decide");
	await head.page.fill("#until", "2026-04-30");
	await head.page.locator("form:has(input[value=give]) button").click();
	assert.match(await message(head.page), /已生效/);
});

test("interests are one's own and kept", async () => {
	const { page } = await city.person("zhangmin");
	await page.goto("/staff/interests");
	await both(page, "powers-interests");
	assert.match(await page.locator("table").innerText(), /张记面馆/);
	await page.fill("#name", "王五");
	await page.locator("form:has(input[value=declare]) button").click();
	assert.match(await message(page), /已申报/);
	await page.locator("form:has(input[value=end]) button").first().click();
	assert.match(await message(page), /已结束/);
});

test("personal data is masked; a look needs a reason and stands in the list", async () => {
	const clerk = await city.person("wangfang"), supervisor = await city.person((a) => a.role === "supervisor");
	const caseNo = await firstCase(clerk.page);
	await clerk.page.goto(`/staff/cases/${caseNo}`);
	assert.match(await clerk.page.locator("main").innerText(), /\*{4,}/);
	await clerk.page.locator('a[href$="/personal"]').click();
	await both(clerk.page, "powers-personal");
	await clerk.page.locator("main form button").click();
	assert.match(await refusal(clerk.page), /理由/);
	await clerk.page.fill("#reason", "电话核对经营地址");
	await clerk.page.locator("main form button").click();
	await both(clerk.page, "powers-personal-shown");
	assert.doesNotMatch(await clerk.page.locator("dl").innerText(), /\*{4,}/);
	await supervisor.page.goto("/office/looks");
	await both(supervisor.page, "powers-looks");
	assert.match(await supervisor.page.locator("table").innerText(), /电话核对经营地址/);
});

test("emergency access opens one case for a while and is told at once", async () => {
	const clerk = await city.person("wangfang"), other = await city.person("zhujun"), supervisor = await city.person((a) => a.role === "supervisor");
	const caseNo = await firstCase(clerk.page);
	const before = await other.page.goto(`/staff/cases/${caseNo}`);
	assert.equal(before.status(), 404);
	await other.page.goto("/staff/glass");
	await both(other.page, "powers-glass");
	await other.page.fill("#case_no", caseNo);
	await other.page.fill("#reason", "燃气泄漏，核实现场用途");
	await other.page.locator("main form button").click();
	await both(other.page, "powers-glass-open");
	assert.equal((await other.page.goto(`/staff/cases/${caseNo}`)).status(), 200);
	await supervisor.page.goto("/my/messages");
	assert.match(await supervisor.page.locator("main").innerText(), /应急查阅/);
});

test("a party asks for recusal, the head decides, the applicant is told", async () => {
	const citizen = await city.person((a) => a.role === "citizen");
	await citizen.page.goto("/my/cases");
	const open = await citizen.page.locator('a[href^="/cases/"]').evaluateAll((all) => all.map((a) => a.getAttribute("href").split("/")[2]));
	let asked = null;
	for (const caseNo of open) {
		await citizen.page.goto(`/cases/${caseNo}`);
		const link = citizen.page.locator(`a[href="/my/cases/${caseNo}/recusal"]`);
		if (!(await link.count())) continue;
		await link.click();
		await both(citizen.page, "powers-challenge");
		await citizen.page.fill("#reason", "经办人是竞争对手的亲属");
		await citizen.page.locator("main form button").click();
		if (await citizen.page.locator(".govuk-panel").count()) { asked = caseNo; break; }
	}
	assert.ok(asked, "a case of the citizen's is in somebody's hands");
});

test("the audit follows a person and a case through the record", async () => {
	const { page } = await city.person((a) => a.role === "auditor");
	await page.goto("/office/audit?person=wangfang");
	await both(page, "powers-audit", { code: true });
	const names = await page.locator("tbody td:nth-child(2)").allInnerTexts();
	assert.ok(names.length > 3 && names.every((n) => n.trim() === names[0].trim()));
	await page.locator('a[href^="/office/audit?case_no="]').first().click();
	assert.match(await page.locator("tbody").innerText(), /应急查阅[\s\S]*查看完整个人信息/, "what others did to the case stands there too");
	const [file] = await Promise.all([page.waitForEvent("download"), page.locator('a[href*="format=csv"]').click()]);
	assert.match(file.suggestedFilename(), /\.csv$/);
	const admin = await city.person((a) => a.role === "admin");
	await admin.page.goto("/office/access");
	await both(admin.page, "powers-access", { code: true });
	const item = await city.visitor();
	await item.page.goto("/items?q=食品经营");
	const href = await item.page.locator(".bj-results__name a").first().getAttribute("href");
	await admin.page.goto(`/office/matrix/${href.split("/").pop()}`);
	await both(admin.page, "powers-matrix");
});
