// journey_story.mjs - the whole story through the three packs: citizen, clerk, inspectors, reviewer, head, the
// departments, expert, and the supervisor who sees a limit pass: yellow, then red.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { look, lookOnPhone, openCity } from "./harness.mjs";
import { act, constructionForm, constructionMaterials, creditCode, fillApplicant, fillForm, foodForm, foodMaterials, identity, ownStep, pdf, saved, section,
	startApplication, submit, uploadAll } from "./people.mjs";

let city;
before(async () => { city = await openCity(); });
after(async () => { await city?.close(); });

const both = async (page, name) => { await look(page, name); await lookOnPhone(page, name); };
const citizen = (a) => a.role === "citizen";
const state = (page) => page.locator("h1 .bj-tag").first().innerText();

async function applyForFood(page, name) {
	await startApplication(page, "食品经营", "食品经营许可");
	await fillApplicant(page, { name, idNo: identity("19880512") });
	await section(page, "申请内容");
	await fillForm(page, foodForm);
	await saved(page);
	await section(page, "申请材料");
	await uploadAll(page, foodMaterials);
	await saved(page);
	await section(page, "告知承诺");
	await page.check('input[name="commitment"][value="no"]');
	await saved(page);
	return submit(page);
}

test("instant: the elder's card is handed over without anybody's hand", async () => {
	const { page, context } = await city.person(citizen);
	await startApplication(page, "优待", "老年人优待证");
	await fillApplicant(page, { name: "周桂兰", idNo: identity("19480815", "024") });
	await section(page, "申请内容");
	await fillForm(page, { residence: "local", holds_card: "no", address: "云溪市望江区春江路 9 号", delivery: "electronic" });
	await saved(page);
	await section(page, "申请材料");
	await uploadAll(page, ["id-card"]);
	await saved(page);
	const { caseNo } = await submit(page);
	await page.goto(`/cases/${caseNo}`);
	assert.equal(await state(page), "已办结");
	await context.close();
});

test("promised: told once what is missing, checked by two, extended, granted, handed over, rated", async () => {
	const applicant = await city.person(citizen), clerk = await city.person("wangfang"), reviewer = await city.person("zhangmin"),
		head = await city.person("chenjie"), first = await city.person("liuwei"), second = await city.person("liqiang");
	const { caseNo } = await applyForFood(applicant.page, "林晓");

	await clerk.page.goto("/staff");
	await both(clerk.page, "story-worklist");
	await clerk.page.goto(`/staff/cases/${caseNo}`);
	await both(clerk.page, "story-clerk-case");
	await act(clerk.page, caseNo, "一次性告知补正", { missing: "1. 经营场所平面图需标注面积\n2. 从业人员健康证明" });

	await applicant.page.goto("/my/messages");
	await both(applicant.page, "story-messages");
	await applicant.page.goto(`/cases/${caseNo}`);
	await both(applicant.page, "story-supplement-asked");
	assert.equal(await state(applicant.page), "待补正");
	await applicant.page.locator("#todo a.govuk-button").click();
	await both(applicant.page, "story-supplement-form");
	await ownStep(applicant.page, caseNo, { note: "已补齐" }, { files: pdf("平面图-标注.pdf") });
	await both(applicant.page, "story-supplemented");

	await act(clerk.page, caseNo, "受理");
	await applicant.page.goto(`/cases/${caseNo}`);
	assert.equal(await state(applicant.page), "已受理");
	await applicant.page.getByText("逐日说明").first().click();
	await both(applicant.page, "story-accepted");

	// on the spot, two of them: the first alone does not suffice, nor twice the same
	await act(first.page, caseNo, "核查合格", { checked_on_site: true, score: "95", opinion: "布局合理" });
	await both(first.page, "story-second-wanted");
	await act(second.page, caseNo, "核查合格");

	// the reviewer asks for ten days more, the head agrees, the date moves visibly
	const before = await dueOn(reviewer.page, caseNo);
	await reviewer.page.goto(`/staff/cases/${caseNo}`);
	await reviewer.page.getByRole("link", { name: "申请延期" }).click();
	await both(reviewer.page, "story-extension-asked");
	await fillForm(reviewer.page, { grounds: "需要核实排烟设施" });
	await reviewer.page.locator("main form button[type=submit]").click();
	await act(head.page, caseNo, "批准延期");
	assert.notEqual(await dueOn(reviewer.page, caseNo), before);

	await act(reviewer.page, caseNo, "拟准予", { opinion: "符合条件" });
	await head.page.goto(`/staff/cases/${caseNo}`);
	await both(head.page, "story-head-case");
	await act(head.page, caseNo, "准予许可", { opinion: "同意" });
	await act(clerk.page, caseNo, "送达", { method: "electronic", received_by: "林晓" });

	await applicant.page.goto(`/cases/${caseNo}`);
	await both(applicant.page, "story-licensed");
	assert.equal(await state(applicant.page), "已办结");
	await applicant.page.getByRole("link", { name: "查看和打印证照" }).click();
	await both(applicant.page, "story-licence");
	await applicant.page.goto(`/cases/${caseNo}`);
	await applicant.page.getByRole("link", { name: "评价这次服务" }).click();
	await applicant.page.locator("main form button[type=submit]").click();
	await both(applicant.page, "story-rate-error");
	await applicant.page.check('input[name="grade"][value="1"]');
	await applicant.page.fill("#text", "办得快,说得清楚");
	await applicant.page.locator("main form button[type=submit]").click();
	await both(applicant.page, "story-rated");
	assert.match(await applicant.page.locator("main").innerText(), /非常满意/);
	for (const p of [applicant, clerk, reviewer, head, first, second]) await p.context.close();
});

async function dueOn(page, caseNo) {
	await page.goto(`/staff/cases/${caseNo}`);
	return page.locator(".bj-clock__due").first().innerText();
}

test("parallel: four departments at once, experts suspend the clock, one decision", async () => {
	const applicant = await city.person(citizen), clerk = await city.person("zhaolei");
	await startApplication(applicant.page, "施工许可", "建筑工程施工许可");
	await fillApplicant(applicant.page, { name: "云溪望江置业有限公司", kind: "2", idType: "001", idNo: creditCode("91990100MA0000000") });
	await section(applicant.page, "申请内容");
	await fillForm(applicant.page, constructionForm);
	await saved(applicant.page);
	await section(applicant.page, "申请材料");
	await uploadAll(applicant.page, constructionMaterials);
	await saved(applicant.page);
	const { caseNo } = await submit(applicant.page);
	await both(applicant.page, "story-construction-receipt");
	await act(clerk.page, caseNo, "受理");
	for (const login of ["mana", "hujing", "linxue"]) {
		const reviewer = await city.person(login);
		await act(reviewer.page, caseNo, "同意", { opinion: "符合要求" });
		await reviewer.context.close();
	}
	const defence = await city.person("zhengshuang");
	await defence.page.goto(`/staff/cases/${caseNo}`);
	await both(defence.page, "story-department-case");
	await act(defence.page, caseNo, "附条件同意", { opinion: "原则同意", conditions: "人防出入口与消防通道分开" });

	// a deep pit wants experts; meanwhile the clock stands still and the citizen sees why
	await applicant.page.goto(`/cases/${caseNo}`);
	await both(applicant.page, "story-suspended");
	assert.equal(await state(applicant.page), "期限暂停");
	const expert = await city.person("wuyan"), lead = await city.person("huangting"), head = await city.person("zhoutao");
	await act(expert.page, caseNo, "通过", { opinion: "支护方案可行" });
	await act(lead.page, caseNo, "拟准予", { opinion: "四部门同意" });
	await head.page.goto(`/staff/cases/${caseNo}`);
	await both(head.page, "story-construction-head");
	await act(head.page, caseNo, "准予许可", { opinion: "同意" });
	await act(clerk.page, caseNo, "送达", { method: "counter", received_by: "林晓" });
	await applicant.page.goto(`/cases/${caseNo}`);
	await both(applicant.page, "story-construction-done");
	assert.equal(await state(applicant.page), "已办结");
	for (const p of [applicant, clerk, defence, expert, lead, head]) await p.context.close();
});

test("a limit passes: the supervisor's board turns yellow, then red", async () => {
	const applicant = await city.person(citizen), supervisor = await city.person((a) => a.role === "supervisor");
	const { caseNo } = await applyForFood(applicant.page, "林晓");
	await supervisor.page.goto("/board");
	await both(supervisor.page, "story-board-before");
	const counts = async () => {
		const cells = await supervisor.page.locator("[data-live-total]").evaluateAll((all) => Object.fromEntries(all.map((e) => [e.dataset.liveTotal, Number(e.textContent)])));
		return cells;
	};
	const calm = await counts();
	// nobody looks at it: the reception's two working days end on 2 April
	await city.moveTime("2026-04-03T09:00:00+08:00");
	await supervisor.page.goto("/board");
	await look(supervisor.page, "story-board-yellow");
	// deemed accepted after five days without a word, then the promised seven days pass
	await city.moveTime("2026-05-06T09:00:00+08:00");
	await supervisor.page.goto("/board");
	await look(supervisor.page, "story-board-red");
	const late = await counts();
	if (Object.keys(calm).length) assert.ok(late.red > calm.red, "more red than before");
	await supervisor.page.goto(`/staff/cases/${caseNo}`);
	await both(supervisor.page, "story-red-case");
	assert.match(await supervisor.page.locator("main").innerText(), /红牌/);
	await applicant.page.goto(`/cases/${caseNo}`);
	await both(applicant.page, "story-late-citizen");
	assert.match(await applicant.page.locator("main").innerText(), /视为|即为受理/);
	for (const p of [applicant, supervisor]) await p.context.close();
});
