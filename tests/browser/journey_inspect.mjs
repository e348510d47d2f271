// journey_inspect.mjs - special supervision with a milestone that passes, a spot check from commitment to an accepted correction with the
// public page computed again here, a call-back, a camera opened from an alert with the still kept.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, test } from "node:test";
import { look, lookOnPhone, openCity } from "./harness.mjs";
import { openRecorder } from "./recorder.mjs";

const market = "1199010000000102XM"; // its head is chenjie
let city, supervisor;
before(async () => { city = await openCity(); supervisor = await city.person("lvping"); });
after(async () => { await city?.close(); });

const both = async (page, name, options) => { await look(page, name, options); await lookOnPhone(page, name, options); };
const confirm = async (page) => { await page.locator('main form[method="post"] button[type="submit"]').last().click(); await page.waitForLoadState(); };
/* By its words: a link that looks like a button is one to assistive technology. */
const follow = (page, words) => page.locator("main a", { hasText: words }).first().click();
const mistakes = (page) => page.locator(".govuk-error-summary li").allInnerTexts();

/* The API as an administrator's page would call it. */
async function api(person, method, path, data) {
	await person.page.goto("/");
	const csrf = await person.page.locator('input[name="csrf"]').first().inputValue();
	return person.page.request.fetch(path, { method, headers: { "X-CSRF-Token": csrf }, data });
}

test("special supervision: opened with milestones, one passes, is reached late, reported, closed", async () => {
	const { page } = supervisor;
	await page.goto("/inspect");
	await both(page, "inspect-home");
	await follow(page, "发起专项督查");
	await both(page, "inspect-special-open");
	await page.fill("#title", "汛后堤防修复");
	await confirm(page);
	assert.ok((await mistakes(page)).length >= 3, "what is missing is said");
	assert.equal(await page.inputValue("#title"), "汛后堤防修复", "what was typed stays");
	await page.selectOption("#kind", "disaster-recovery");
	await page.fill("#reason", "市防汛指挥部会议议定");
	await page.selectOption("#organ", market);
	await page.fill("#until", "2026-06-30");
	// from Tuesday 31 March 2026: 1, 2, 3 April are working days, 4 to 6 April are the holiday; the 7th is the fourth
	await page.fill("#milestones", "方案批准，4\n工程完工, 40");
	await confirm(page);
	assert.deepEqual(await mistakes(page), []);
	await page.waitForURL(/\/inspect\/specials\/ZX/);
	const address = new URL(page.url()).pathname;
	await both(page, "inspect-special");
	assert.match(await page.locator("#stages ~ table tbody tr").first().innerText(), /2026年4月7日/);
	await city.moveTime("2026-04-08T09:00:00+08:00");
	await page.goto(address);
	await both(page, "inspect-special-late");
	assert.equal(await page.locator(".bj-alerts__item--red").filter({ hasText: "方案批准" }).count(), 1);
	await page.goto("/inspect");
	assert.ok(Number(await page.locator(".bj-figures__item--red .bj-figures__number").first().innerText()) >= 1);

	const head = await city.person("chenjie");
	await head.page.goto("/my/messages");
	assert.match(await head.page.locator("main").innerText(), /方案批准/);
	await head.page.goto(address);
	await follow(head.page, /节点完成/);
	await head.page.fill("#note", "省水利厅批复已到");
	await confirm(head.page);
	await follow(head.page, "提交进展报告");
	await head.page.fill("#percent", "120");
	await head.page.fill("#text", "主体完工一半");
	await confirm(head.page);
	assert.match((await mistakes(head.page)).join(), /0 到 100/);
	await head.page.fill("#percent", "50");
	await confirm(head.page);
	await both(head.page, "inspect-special-reported");
	assert.match(await head.page.locator("main").innerText(), /2 个节点完成 1 个/);
	assert.equal(await head.page.locator("main a", { hasText: "结束督查" }).count(), 0, "only supervisors end it");
	await page.goto(address);
	await follow(page, "结束督查");
	await page.fill("#text", "按期恢复，资料归档");
	await confirm(page);
	assert.match(await page.locator("main").innerText(), /结束报告/);
	await page.goto("/inspect/specials");
	await both(page, "inspect-specials");
	await head.context.close();
});

/* RFC 3797 in a few lines of its own: what a citizen would write. */
function drawAgain(list, seeds, want) {
	const number = (s) => s.startsWith("0x") ? BigInt(s) : BigInt(s.replace(/^0+(?=\d)/, ""));
	const key = seeds.map((line) => line.split(/[\s,]+/).map(number).sort((a, b) => (a < b ? -1 : 1)).map((n) => `${n}.`).join("") + "/").join("");
	const left = list.split("\n").filter(Boolean).map((line) => line.split("\t")).filter((parts) => parts[1] !== "0").map((parts) => parts[0]);
	const drawn = [];
	for (let i = 0; i < want; i++) {
		const counter = Buffer.from([i >> 8, i & 255]);
		const digest = createHash("md5").update(Buffer.concat([counter, Buffer.from(key), counter])).digest("hex");
		drawn.push(...left.splice(Number(BigInt(`0x${digest}`) % BigInt(left.length)), 1));
	}
	return { key, drawn };
}

test("a spot check: committed, drawn, computed again by anyone, checked, corrected", async () => {
	const { page } = supervisor, visitor = await city.visitor();
	await page.goto("/inspect/ask/draw-check");
	await both(page, "inspect-draw-commit");
	await page.fill("#title", "四月案卷随机抽查");
	await page.selectOption("#organ", market);
	await page.selectOption("#state", "any");
	await page.fill("#want", "2");
	await page.fill("#checkers", "1");
	await page.selectOption("#form", "case-file");
	await page.fill("#draw_at", "2026-04-08T10:00");
	await confirm(page);
	assert.match((await mistakes(page)).join(), /公开开奖/, "the record alone is no seed for a spot check");
	await page.fill("#sources", "双色球 2026040 期");
	await page.fill("#recused", "suhang 亲属为申请人");
	await confirm(page);
	assert.deepEqual(await mistakes(page), []);
	await page.waitForURL(/\/draws\/CC/);
	const address = new URL(page.url()).pathname;

	await visitor.page.goto("/draws");
	await both(visitor.page, "inspect-draws-public");
	await visitor.page.goto(address);
	await both(visitor.page, "inspect-draw-committed");
	const digest = await visitor.page.locator('[data-digest="case"]').innerText();
	const list = await (await visitor.page.request.get(`${address}/lists/case`)).text();
	assert.equal(createHash("sha256").update(list).digest("hex"), digest);
	assert.equal(await page.locator("main a", { hasText: "公布种子并抽取" }).count(), 0, "not before its moment");

	await city.moveTime("2026-04-08T10:30:00+08:00");
	await page.goto(address);
	await follow(page, "公布种子并抽取");
	await page.fill("#numbers", "三个六");
	await confirm(page);
	assert.match((await mistakes(page)).join(), /不是数字/);
	await page.fill("#numbers", "07 12 19 22 28 31 05");
	await confirm(page);
	await page.waitForURL(new RegExp(`${address}$`));
	await visitor.page.goto(address);
	await both(visitor.page, "inspect-draw-made");
	const seeds = await visitor.page.locator("[data-seed]").allInnerTexts();
	const again = drawAgain(await (await visitor.page.request.get(`${address}/lists/case`)).text(), seeds, 2);
	assert.equal(await visitor.page.locator("[data-key]").innerText(), again.key);
	assert.deepEqual(await visitor.page.locator("[data-picked]").allInnerTexts(), again.drawn);
	assert.match(await (await visitor.page.request.get(`${address}/lists/1`)).text(), /\t0\t亲属为申请人/);
	assert.doesNotMatch(await visitor.page.locator("main").innerText(), /(?<![0-9a-fA-F])1[3-9]\d{9}(?![0-9a-fA-F])/, "no telephone numbers in public");

	const checker = await theChecker(again.drawn[0]);
	await follow(checker.page, /填写检查表/);
	await both(checker.page, "inspect-check");
	await confirm(checker.page);
	assert.ok((await mistakes(checker.page)).length >= 4, "the checklist is asked for");
	for (const [key, value] of Object.entries({ accepted_in_time: "yes", told_once: "no", reasons: "yes", outside: "no" })) await checker.page.check(`input[name="${key}"][value="${value}"]`);
	await checker.page.fill("#found-1", "补正告知书缺一项材料");
	await checker.page.fill("#basis-1", "行政许可法第三十二条");
	await checker.page.fill("#days-1", "3");
	await confirm(checker.page);
	assert.deepEqual(await mistakes(checker.page), []);
	await both(checker.page, "inspect-check-done");
	await checker.page.locator('a[href^="/inspect/findings/WT"]').first().click();
	const finding = new URL(checker.page.url()).pathname;

	const head = await city.person("chenjie");
	await head.page.goto("/inspect/findings");
	await both(head.page, "inspect-findings");
	await head.page.goto(finding);
	await follow(head.page, "答复整改情况");
	await head.page.fill("#text", "已补发告知书并致歉");
	await confirm(head.page);
	await checker.page.goto(finding);
	await follow(checker.page, "退回再整改");
	await checker.page.fill("#text", "请附送达回证");
	await checker.page.fill("#amount", "2");
	await confirm(checker.page);
	await head.page.goto(finding);
	await follow(head.page, "答复整改情况");
	await head.page.fill("#text", "送达回证已归档");
	await confirm(head.page);
	await checker.page.goto(finding);
	await follow(checker.page, "整改通过");
	await checker.page.fill("#text", "核实无误");
	await confirm(checker.page);
	await both(checker.page, "inspect-finding-accepted");
	assert.match(await checker.page.locator(".bj-facts").innerText(), /已通过/);
	assert.equal(await checker.page.locator(".moj-timeline__item").count(), 5);
	for (const p of [visitor, head, checker]) await p.context.close();
});

/* Whoever was drawn for the case: it stands on his list and nobody else's. */
async function theChecker(caseNo) {
	for (const login of ["lvping", "jiangnan", "liuwei", "liqiang", "suhang", "fangzheng", "shaoqing"]) {
		const person = await city.person(login);
		const answer = await person.page.goto("/inspect/checks?mine=1&state=open");
		const mine = answer.ok() && (await person.page.locator("main").innerText()).includes(caseNo);
		if (mine && login === "jiangnan") await both(person.page, "inspect-checks");
		if (mine) return person;
		await person.context.close();
	}
	return assert.fail(`nobody was drawn for ${caseNo}`);
}

test("a call-back: not reached once, then the script, and it counts", async () => {
	const { page } = supervisor;
	await page.goto("/inspect/callbacks?state=open");
	await both(page, "inspect-callbacks");
	const reached = () => page.locator(".bj-figures__number").nth(1).innerText().then(Number);
	const before = await reached();
	await follow(page, /^回访/);
	await both(page, "inspect-callback");
	assert.match(await page.locator('a[href^="tel:"]').innerText(), /^1\d{10}$/);
	const address = new URL(page.url()).pathname;
	await page.check('input[name="outcome"][value="no-answer"]');
	await confirm(page);
	await page.goto(address);
	assert.match(await page.locator(".bj-facts").innerText(), /1 \/ 3/);
	await page.check('input[name="outcome"][value="reached"]');
	await confirm(page);
	assert.ok((await mistakes(page)).length >= 4, "what the script asks for is missing");
	for (const [key, value] of Object.entries({ received: "yes", trips: "0", fees: "no", attitude: "good" })) await page.check(`input[name="${key}"][value="${value}"]`);
	await page.check('input[name="grade"][value="1"]');
	await page.fill('textarea[name="words"]', "办得快");
	await confirm(page);
	assert.deepEqual(await mistakes(page), []);
	assert.equal(await reached(), before + 1);
	await page.goto(address);
	await both(page, "inspect-callback-done");
	assert.equal(await page.locator('a[href^="tel:"]').count(), 0, "the number is not shown any more");
});

test("a camera opened from an alert: the picture plays, the still is kept; a call is registered", async () => {
	const { page } = supervisor, recorder = await openRecorder(city.url);
	const admin = await city.person((a) => a.role === "admin");
	try {
		const put = await api(admin, "PUT", "/api/v1/devices/cam-hall-2", { window: "hall-2", kind: "camera", name: "二号市场监管窗口摄像机", base_url: `${recorder.url}/hls`,
			live: "live.m3u8", moment: "live.m3u8?from={start}&to={end}", retention_days: 60 });
		assert.equal(put.status(), 200, await put.text());
		await admin.page.goto("/office/devices");
		await both(admin.page, "inspect-office-devices");
		await page.goto(`/board/alerts?organ=${market}`);
		await follow(page, /查看窗口视频/);
		await both(page, "inspect-cameras");
		await follow(page, /打开视频/);
		await both(page, "inspect-camera-reason");
		await confirm(page);
		assert.ok((await mistakes(page)).length, "no picture without a reason");
		await page.fill("#reason", "预警后查看窗口是否有人值守");
		await page.selectOption("#show", "moment");
		await confirm(page);
		await page.waitForURL(/\/inspect\/looks\/\d+$/);
		await page.waitForFunction(() => document.querySelector("video").videoWidth === 640 && document.querySelector("video").currentTime > 0.2, null, { timeout: 20000 });
		assert.ok(recorder.asked.some((url) => /from=\d{8}T\d{6}Z&to=/.test(url)), recorder.asked.join());
		assert.match((await page.request.get(page.url())).headers()["content-security-policy"], new RegExp(`connect-src 'self' ${recorder.url};`));
		await page.locator("[data-camera-take]").click();
		await page.locator("[data-camera-preview] img").waitFor();
		assert.match(await page.locator("[data-camera-moment]").inputValue(), /^\d{4}-\d\d-\d\dT/, "the recorder's own time goes with the still");
		await page.fill("#note", "窗口无人值守");
		await page.locator('form[enctype] button[type="submit"]').click();
		await page.locator(".bj-stills img").waitFor();
		// the test source is bright and many-coloured: a black or empty picture is no evidence
		const colours = await page.locator(".bj-stills img").evaluate((img) => {
			const canvas = document.createElement("canvas");
			canvas.width = img.naturalWidth; canvas.height = img.naturalHeight;
			const pen = canvas.getContext("2d");
			pen.drawImage(img, 0, 0);
			const dots = pen.getImageData(0, 0, canvas.width, canvas.height).data, seen = new Set();
			for (let i = 0; i < dots.length; i += 404) seen.add((dots[i] >> 5) * 64 + (dots[i + 1] >> 5) * 8 + (dots[i + 2] >> 5));
			return { width: img.naturalWidth, seen: seen.size };
		});
		assert.equal(colours.width, 640);
		assert.ok(colours.seen > 8, `${colours.seen} colours`);
		await both(page, "inspect-look");
		await page.goto("/inspect/looks");
		await both(page, "inspect-looks");
		assert.match(await page.locator("main").innerText(), /预警后查看窗口是否有人值守/);
		assert.doesNotMatch((await page.request.get("/inspect/looks")).headers()["content-security-policy"], /connect-src/, "no other page may reach the recorder");

		const caseNo = await page.locator('table a[href^="/staff/cases/"]').first().innerText();
		await page.goto(`/inspect/calls?case_no=${caseNo}`);
		await follow(page, "登记电话");
		await page.fill("#number", "139 0000 8888");
		await page.fill("#note", "询问窗口值守情况");
		await page.selectOption("#direction", "out");
		await both(page, "inspect-call");
		await confirm(page);
		await both(page, "inspect-calls");
		assert.match(await page.locator("main").innerText(), /139\*\*\*\*8888/);
	} finally {
		recorder.close();
		await admin.context.close();
	}
});
