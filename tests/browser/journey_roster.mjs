// journey_roster.mjs - attendance, training and certificates: somebody comes and goes, the head puts a month right, an enforcement step takes
// two who have a valid certificate.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { look, lookOnPhone, openCity } from "./harness.mjs";

let city;
before(async () => { city = await openCity(); });
after(async () => { await city?.close(); });

const both = async (page, name) => { await look(page, name); await lookOnPhone(page, name); };
const deed = (page, name) => page.locator(`form:has(input[name="deed"][value="${name}"])`).first();
const submit = async (page, name) => { await deed(page, name).locator('button[type="submit"]').click(); await page.waitForLoadState(); };
const main = (page) => page.locator("main").innerText();
const row = (page, text) => page.locator("main tbody tr", { hasText: text }).first();

test("attendance: coming and going, a correction with its reason, an absence approved, the sheet as page and file", async () => {
	const clerk = await city.person("wangfang"), head = await city.person("chenjie");
	await clerk.page.goto("/staff/attendance");
	if (await clerk.page.locator('input[name="kind"][value="out"]').count()) await submit(clerk.page, "mark"); // came at 8:40 already
	assert.match(await main(clerk.page), /已签退|还没有签到/);
	await submit(clerk.page, "mark");
	assert.match(await main(clerk.page), /已签到，09:\d\d/);
	await both(clerk.page, "roster-attendance");
	// away without anybody's word: it tells where, and excuses nothing
	await clerk.page.goto("/staff/absence");
	await clerk.page.selectOption("#kind", "trip");
	await clerk.page.fill("#from", "2026-03-30T09:00");
	await clerk.page.fill("#until", "2026-04-01T17:00");
	await clerk.page.fill("#whereabouts", "赴省局办事");
	await submit(clerk.page, "note");
	await head.page.goto("/staff/attendance/people/wangfang?month=2026-03");
	assert.match(await main(head.page), /赴省局办事[\s\S]*待批准/);
	await both(head.page, "roster-person");
	await submit(head.page, "approve");
	assert.match(await main(head.page), /已批准/);
	await head.page.selectOption("#kind", "out");
	await head.page.fill("#at", "2026-03-27T17:31");
	await submit(head.page, "correct");
	assert.match(await head.page.locator(".govuk-error-summary").innerText(), /\S/); // no reason, no correction
	assert.equal(await head.page.inputValue("#at"), "2026-03-27T17:31"); // and nothing typed is lost
	await head.page.selectOption("#kind", "out");
	await head.page.fill("#reason", "读卡器故障");
	await submit(head.page, "correct");
	assert.match(await main(head.page), /陈杰补录：读卡器故障/);
	const messages = await clerk.page.goto("/my/messages").then(() => main(clerk.page));
	assert.match(messages, /考勤更正/);
	assert.match(messages, /离岗已批准/);
	await head.page.goto("/staff/attendance/sheet?month=2026-03");
	assert.match(await head.page.locator(".bj-sheet__table").innerText(), /王芳[\s\S]*√/);
	await both(head.page, "roster-sheet");
	const csv = await head.page.request.get("/staff/attendance/sheet?month=2026-03&format=csv");
	assert.match(await csv.text(), /姓名[\s\S]*wangfang/);
	const xlsx = await head.page.request.get("/staff/attendance/sheet?month=2026-03&format=xlsx");
	assert.equal((await xlsx.body()).subarray(0, 2).toString(), "PK");
	// a colleague's month is not for colleagues
	assert.equal((await clerk.page.goto("/staff/attendance/people/chenjie")).status(), 404);
	await clerk.context.close(); await head.context.close();
});

test("training: a course, an attendance with its paper, hours against what is required", async () => {
	const head = await city.person("chenjie");
	const { page } = head;
	await page.goto("/staff/courses");
	await page.fill("#code", "FIRE-2026");
	await page.fill("#name", "消防安全");
	await page.selectOption("#kind", "safety");
	await page.fill("#hours", "8");
	await submit(page, "put");
	await both(page, "roster-courses");
	await page.goto("/staff/training/people");
	await both(page, "roster-people");
	await row(page, "刘伟").locator("a").click();
	assert.match(await main(page), /已完成 64 学时/); // 40 + 24, both passed
	await page.selectOption("#course", "FIRE-2026");
	await page.fill("#train-from", "2026-03-30");
	await page.setInputFiles("#train-scans", { name: "签到表.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n") });
	await submit(page, "train");
	assert.match(await main(page), /已完成 72 学时/);
	const scan = await row(page, "消防安全").locator('a[href^="/staff/documents/"]').getAttribute("href");
	assert.equal((await page.request.get(scan)).status(), 200);
	await both(page, "roster-file");
	const own = await city.person("liuwei"), other = await city.person("wangfang");
	await own.page.goto("/staff/training");
	assert.match(await main(own.page), /消防安全/);
	assert.equal((await own.page.request.get(scan)).status(), 200);
	assert.equal((await other.page.request.get(scan)).status(), 404); // somebody else's paper
	for (const x of [head, own, other]) await x.context.close();
});

test("enforcement: two with a valid certificate; whose was revoked is told so, and who has another may sign", async () => {
	const head = await city.person("chenjie"), first = await city.person("liuwei"), second = await city.person("liqiang");
	await head.page.goto("/staff/certificates");
	assert.match(await row(head.page, "99010026001").innerText(), /即将到期/); // in 45 days
	assert.match(await row(head.page, "99010026003").innerText(), /已过期/);
	await both(head.page, "roster-certificates");
	const sign = async (who, name) => {
		await who.page.goto("/staff/cases?q=食光里");
		await who.page.goto(await row(who.page, "行政检查").locator('a[href^="/staff/cases/"]').first().getAttribute("href"));
		await who.page.locator('a.govuk-button[href*="/actions/clear"]').first().click();
		await who.page.waitForLoadState();
		if (name) await both(who.page, name);
		await who.page.fill('[name="findings"]', "设施完好");
		await who.page.check('[name="certificates_shown"]');
		await who.page.locator('main form button[type="submit"]').first().click();
		await who.page.waitForLoadState();
	};
	await sign(first, "roster-enforcement");
	// the second one's certificate is taken away
	await head.page.goto("/staff/training/people/liqiang");
	await head.page.locator("details", { hasText: "99010026002" }).first().locator("summary").click();
	const halt = deed(head.page, "halt");
	await halt.locator("select").selectOption("revoked");
	await halt.locator('input[name="reason"]').fill("违规执法");
	await halt.locator('button[type="submit"]').click();
	await head.page.waitForLoadState();
	assert.match(await row(head.page, "99010026002").innerText(), /已吊销[\s\S]*违规执法/);
	await sign(second, "roster-enforcement-revoked");
	assert.match(await second.page.locator(".govuk-error-summary").innerText(), /李强的执法证件已于2026-03-31吊销/);
	// a new one, and the step is done
	await head.page.goto("/staff/training/people/liqiang");
	await head.page.fill("#number", "99010026009");
	await head.page.fill("#issuer", "云溪市司法局");
	await head.page.fill("#from", "2026-03-31");
	await head.page.fill("#until", "2031-03-30");
	await submit(head.page, "certificate");
	await sign(second);
	assert.match(await main(second.page), /已办结|办结/);
	for (const x of [head, first, second]) await x.context.close();
});

test("lists: out as a file, in again unchanged, a broken row told with its line", async () => {
	const admin = await city.person("caijing");
	const { page } = admin;
	const file = await page.request.get("/office/roster/file");
	assert.equal(file.status(), 200);
	await page.goto("/office/roster");
	await both(page, "roster-import");
	await page.setInputFiles("#file", { name: "r.csv", mimeType: "text/csv", buffer: Buffer.from("kind,login,type,number,issuer,from,until\ncertificate,liuwei,enforcement,X1,司法局,2026-01-01,2025-01-01\n") });
	await page.locator("main form button").click();
	assert.match(await main(page), /有误/);
	await page.setInputFiles("#file", { name: "r.csv", mimeType: "text/csv", buffer: Buffer.from("kind,login,type,at\nmark,liuwei,in,2026-03-30 08:51\n") });
	await page.uncheck("#dry_run").catch(() => {});
	await page.locator("main form button").click();
	assert.doesNotMatch(await main(page), /有误[::]?\s*1/);
	await admin.context.close();
});
