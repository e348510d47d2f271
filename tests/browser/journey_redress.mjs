// A supervisor's day: urging, formal supervision, an alert contested and lifted, another upheld; and an accountability case from
// the red alert through statement, proposal, decision, appeal and review to what the public reads.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { look, openCity } from "./harness.mjs";

let city, lvping;
before(async () => { city = await openCity(); lvping = await city.person("lvping"); });
after(async () => { await city?.close(); });

const rows = async (who, path) => {
	const answer = await who.page.request.get(`/api/v1${path}`);
	assert.equal(answer.status(), 200, await answer.text());
	return (await answer.json()).rows;
};
const text = (page) => page.locator("main").innerText();

test("urged, supervised formally, answered, accepted", async () => {
	const { page } = lvping;
	await page.goto("/redress/desk");
	await look(page, "redress-desk");
	const taken = (await rows(lvping, "/redress/alerts?limit=200")).find((a) => a.person && a.case_no);
	const open = (await rows(lvping, "/cases?open=true&limit=50"))[0];
	await page.goto("/redress/demands");
	await page.selectOption("#kind", "supervise");
	await page.fill("#case_no", open.case_no);
	await page.fill("#limit", "0");
	await page.fill("#text", "请三日内说明进度。");
	await page.click('main form[method="post"] button[type="submit"]');
	assert.match(await text(page), /1 至 90|1至90/); // refused, and what was typed is still there
	assert.equal(await page.inputValue("#text"), "请三日内说明进度。");
	await page.fill("#limit", "3");
	await page.selectOption("#kind", "supervise");
	await page.click('main form[method="post"] button[type="submit"]');
	await look(page, "redress-demands");
	const demand = (await rows(lvping, "/demands"))[0];
	assert.equal(demand.kind, "supervise");
	assert.equal(demand.state, "open");
	const holder = await city.person(demand.person.login);
	await holder.page.goto("/redress/mine");
	await look(holder.page, "redress-mine");
	await holder.page.click(`a[href="/redress/demands/${demand.number}"]`);
	await holder.page.fill("#answer-text", "已联系申请人，明日办结。");
	await holder.page.setInputFiles("#file-a", { name: "说明.png", mimeType: "image/png", buffer: Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==", "base64") });
	await holder.page.click('main form[method="post"] button[type="submit"]');
	await page.goto(`/redress/demands/${demand.number}`);
	assert.match(await text(page), /说明\.png/);
	await page.fill("#judge-reason", "可以。");
	await page.click('main form:has(input[value="judge"]) button[type="submit"]');
	await look(page, "redress-demand");
	assert.equal((await rows(lvping, "/demands"))[0].state, "accepted");
	assert.ok(taken);
});

test("one alert is contested and lifted, another answered and upheld", async () => {
	const alerts = (await rows(lvping, "/redress/alerts?state=open&level=yellow&limit=200")).filter((a) => a.person);
	assert.ok(alerts.length >= 2, "the city has two yellow alerts that wait");
	const [first, second] = alerts;
	const one = await city.person(first.person.login);
	await one.page.goto(`/redress/alerts/${first.alert_no}`);
	await look(one.page, "redress-alert");
	await one.page.fill("#contest-reason", "当日系统停机，有公告为证。");
	await one.page.click('main form:has(input[value="contest"]) button[type="submit"]');
	assert.match(await text(one.page), /有异议/);
	const { page } = lvping;
	await page.goto(`/redress/alerts/${first.alert_no}`);
	await page.check("#outcome-lift");
	await page.fill("#judge-reason", "停机属实。");
	await page.click('main form:has(input[value="judge"]) button[type="submit"]');
	assert.match(await text(page), /已解除/);
	const two = await city.person(second.person.login);
	await two.page.goto(`/redress/alerts/${second.alert_no}`);
	await two.page.fill("#answer-reason", "人手不足。");
	await two.page.click('main form:has(input[value="answer"]) button[type="submit"]');
	await page.goto(`/redress/alerts/${second.alert_no}`);
	await page.check("#outcome-uphold");
	await page.fill("#judge-reason", "理由不足。");
	await page.click('main form:has(input[value="judge"]) button[type="submit"]');
	assert.match(await text(page), /成立/);
	await page.goto(`/redress/ladder?person=${second.person.login}`);
	await look(page, "redress-ladder");
	await page.setViewportSize({ width: 390, height: 844 });
	await page.goto("/redress/alerts");
	await look(page, "redress-alerts-390");
	await page.setViewportSize({ width: 1280, height: 900 });
});

/* Takes the action on the page of whoever holds the open step. */
async function act(caseNo, action, fill) {
	const answer = await lvping.page.request.get(`/api/v1/cases/${caseNo}`);
	const open = (await answer.json()).steps.find((s) => s.state === "open");
	const who = await city.person(open.person.login);
	await who.page.goto(`/staff/cases/${caseNo}/steps/${open.step}/actions/${action}`);
	await fill(who.page);
	await who.page.click('main form[method="post"] button[type="submit"]');
	return who;
}

test("a red alert that stands: statement, proposal, decision, appeal, publication", async () => {
	const { page } = lvping;
	let open = await rows(lvping, "/accountability/cases?state=open");
	if (!open.length) {
		const red = (await rows(lvping, "/redress/alerts?state=open&level=red&limit=200")).find((a) => a.person && a.due_on);
		assert.ok(red, "the city has a red alert");
		await city.moveTime(`${red.due_on}T23:59:59+08:00`);
		await city.moveTime(new Date(Date.parse(`${red.due_on}T23:59:59+08:00`) + 3600e3).toISOString());
		open = await rows(lvping, "/accountability/cases?state=open");
	}
	const it = open.find((c) => c.step === "当事人陈述申辩") ?? open[0];
	assert.ok(it);
	await page.goto("/redress/cases");
	await look(page, "redress-cases");
	const alert = await (await page.request.get(`/api/v1/redress/alerts/${it.alert_no}`)).json();
	const person = await city.person(alert.person.login);
	const detail = async () => (await (await page.request.get(`/api/v1/cases/${it.case_no}`)).json());
	await person.page.goto(`/cases/${it.case_no}`);
	await look(person.page, "redress-my-case");
	const say = async (action, form) => {
		const step = (await detail()).steps.find((s) => s.state === "open");
		const csrf = await person.page.locator('input[name="csrf"]').first().inputValue();
		const answer = await person.page.request.post(`/api/v1/cases/${it.case_no}/steps/${step.step}/actions`, { headers: { "X-CSRF-Token": csrf }, data: { action, form } });
		assert.equal(answer.status(), 200, await answer.text());
	};
	if (it.step === "当事人陈述申辩") await say("state", { statement: "当日系统停机，次日已补办。" });
	const investigator = await act(it.case_no, "propose", async (p) => {
		await p.fill('[name="findings"]', "期限内未审查，无正当理由。");
		await p.selectOption('[name="measure"]', "criticism");
		await look(p, "redress-propose");
	});
	const decider = await act(it.case_no, "decide", async (p) => {
		await p.selectOption('[name="measure"]', "criticism");
		await p.fill('[name="reasons"]', "履职不力。");
	});
	assert.notEqual(investigator.account.login, decider.account.login);
	await say("appeal", { grounds: "处理过重。" });
	const judge = await act(it.case_no, "change", async (p) => {
		await p.selectOption('[name="measure"]', "talk");
		await p.fill('[name="reasons"]', "情节较轻。");
	});
	assert.ok(![investigator.account.login, decider.account.login, alert.person.login].includes(judge.account.login));
	const outside = await city.visitor();
	await outside.page.goto("/accountability");
	const shown = await text(outside.page);
	assert.match(shown, /效能约谈/);
	assert.ok(!shown.includes(alert.person.name), "the name is hidden");
	await look(outside.page, "redress-published");
});

test("an administrator subscribes a receiver", async () => {
	const admin = await city.person((a) => a.role === "admin");
	await admin.page.goto("/office/webhooks");
	await admin.page.fill("#name", "市级平台");
	await admin.page.fill("#url", "file:///etc/passwd");
	await admin.page.fill("#kinds", "alert.*");
	await admin.page.click('main form:has(input[value="put"]) button[type="submit"]');
	assert.match(await text(admin.page), /https:\/\//);
	await admin.page.fill("#url", "https://hooks.example.org/banjie");
	await admin.page.click('main form:has(input[value="put"]) button[type="submit"]');
	assert.match(await text(admin.page), /whsec_/);
	await admin.page.goto("/office/webhooks");
	await look(admin.page, "webhooks");
	await admin.page.goto("/office/deliveries");
	await look(admin.page, "deliveries");
});
