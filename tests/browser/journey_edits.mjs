// journey_edits.mjs - two administrators at the same thing at once: the second is told who was there before and what differs, loses nothing of what
// was typed, and then saves knowingly.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { login, look, lookOnPhone, openCity } from "./harness.mjs";

let city, first, second;
before(async () => {
	city = await openCity();
	first = (await city.person((a) => a.role === "admin")).page;
	await first.goto("/office");
	const headers = { "X-CSRF-Token": await first.locator('input[name="csrf"]').first().inputValue() };
	const put = async (path, data) => assert.equal((await first.request.put(path, { headers, data })).status(), 200, path);
	await put("/api/v1/people/baihe", { name: "白荷", name_en: "Bai He", staff: true, password: city.accounts[0].password });
	await put("/api/v1/posts/second-admin", { organ: "11990100000001134Y", role: "admin", name: "系统管理二岗", name_en: "Administration, second", a: "baihe" });
	second = (await city.person("baihe")).page;
});
after(async () => { await city?.close(); });

const panel = (page) => page.locator(".bj-overtaken");
const form = 'form:has(input[name="made_from"])';
const save = (page) => page.locator(`${form} button[type=submit]`).last().click();
const both = async (page, name, options) => { await look(page, name, options); await lookOnPhone(page, name, options); };

async function rowsOf(page, which) {
	const rows = await panel(page).locator(`${which} tbody tr`).evaluateAll((all) => all.map((r) => [...r.cells].map((c) => c.innerText.trim())));
	return Object.fromEntries(rows.map(([label, ...values]) => [label, values]));
}
/* What both have changed, as typed and as it stands, by the field's label; and what somebody else alone has, as it was and as it stands. */
const differs = async (page) => Object.fromEntries(Object.entries(await rowsOf(page, ".bj-overtaken__asked")).map(([label, [, typed, now]]) => [label, [typed, now]]));
const taken = (page) => rowsOf(page, ".bj-overtaken__taken");

async function opened(address) {
	for (const page of [first, second]) {
		await page.goto(address);
		const folded = page.locator(`details:has(${form}):not([open]) > summary`);
		if (await folded.count()) await folded.click();
	}
}

async function overtaken(page) {
	await panel(page).waitFor();
	assert.match(await page.locator(".govuk-error-summary").innerText(), /别人修改过此内容，本次没有保存|Somebody else has changed this/);
}

test("a post: the second is told who was there and what differs, keeps what was typed, and saves on top", async () => {
	const address = "/office/posts/edit?key=market-clerk";
	await opened(address);
	await first.fill("#name", "受理一岗");
	await first.fill("#duties", "受理食品经营许可");
	await save(first);
	await first.waitForURL(/\/office\/posts$/);

	await second.fill("#name", "受理二岗");
	await second.fill("#standards", "当场告知");
	await save(second);
	await overtaken(second);
	assert.match(await panel(second).locator("h2").innerText(), /蔡晶已于2026年3月31日.*修改/, "who and when");
	const rows = await differs(second);
	assert.deepEqual(rows["名称"], ["受理二岗", "受理一岗"]);
	assert.deepEqual(Object.keys(rows), ["名称"], "what both have changed alone is asked");
	assert.equal((await rowsOf(second, ".bj-overtaken__asked"))["名称"][0], "窗口受理岗", "with what stood when it was opened");
	assert.deepEqual(await taken(second), { 职责: ["收件、核对材料、一次性告知、出具受理通知书、送达", "受理食品经营许可"] }, "what was not touched takes over what stands");
	assert.equal(await second.inputValue("#duties"), "受理食品经营许可");
	assert.equal(await second.inputValue("#name"), "受理二岗", "what was typed is kept");
	assert.equal(await second.inputValue("#standards"), "当场告知");
	await both(second, "edits-post");
	await first.goto(address);
	assert.equal(await first.inputValue("#name"), "受理一岗", "nothing was overwritten");

	// a mistake in between does not make it newer than it is
	const organ = await second.inputValue("#organ");
	await second.fill("#organ", "nowhere");
	await save(second);
	await second.locator(".govuk-error-summary").waitFor();
	assert.equal(await panel(second).count(), 0);
	await first.fill("#name", "受理三岗");
	await save(first);
	await first.waitForURL(/\/office\/posts$/);
	await second.fill("#organ", organ);
	await save(second);
	await overtaken(second);
	assert.deepEqual((await differs(second))["名称"], ["受理二岗", "受理三岗"]);

	// knowingly
	await save(second);
	await second.waitForURL(/\/office\/posts$/);
	await first.goto(address);
	assert.equal(await first.inputValue("#name"), "受理二岗");
	assert.equal(await first.inputValue("#standards"), "当场告知");
	assert.equal(await first.inputValue("#duties"), "受理食品经营许可", "nobody's work is lost");
});

test("of two who changed different fields nothing is asked, and saving again has both, without JavaScript too", async () => {
	const context = await city.context({ javaScriptEnabled: false, storageState: await second.context().storageState() });
	const plain = await context.newPage(), address = "/office/posts/edit?key=market-clerk";
	await first.goto(address);
	await plain.goto(address);
	await first.fill("#limits", "不得另行加码");
	await first.fill("#duties", "");
	await save(first);
	await first.waitForURL(/\/office\/posts$/);
	await plain.fill("#standards", "一次告知");
	await save(plain);
	await overtaken(plain);
	assert.deepEqual(await differs(plain), {});
	assert.deepEqual(Object.keys(await taken(plain)).sort(), ["禁止与限制", "职责"].sort());
	assert.equal(await plain.inputValue("#limits"), "不得另行加码");
	assert.equal(await plain.inputValue("#duties"), "", "emptied by the other");
	assert.equal(await plain.inputValue("#standards"), "一次告知");
	await lookOnPhone(second, "edits-apart");
	await save(plain);
	await plain.waitForURL(/\/office\/posts$/);
	await plain.goto(address);
	for (const [id, value] of [["#limits", "不得另行加码"], ["#duties", ""], ["#standards", "一次告知"]]) assert.equal(await plain.inputValue(id), value);
	await context.close();
});

test("what a form began from has an end, and whoever spoils it is asked about all that differs", async () => {
	const address = "/office/posts/edit?key=market-clerk";
	await opened(address);
	await second.fill("#standards", "长".repeat(3000));
	await save(second);
	await second.waitForURL(/\/office\/posts$/);
	await opened(address);
	const began = await second.locator('input[name="began"]').inputValue();
	assert.ok(began.length < 2000, `a digest of a long text, not the text: ${began.length}`);
	await first.fill("#standards", "长".repeat(2999));
	await first.fill("#name_en", "Desk one");
	await save(first);
	await first.waitForURL(/\/office\/posts$/);
	await second.locator('input[name="began"]').evaluate((e) => { e.value = "{"; });
	await second.fill("#powers", "受理");
	await save(second);
	await overtaken(second);
	assert.deepEqual(await taken(second), {});
	const rows = await differs(second);
	assert.ok("职责" in rows === false && "英文名称" in rows && Object.keys(rows).length >= 3, JSON.stringify(Object.keys(rows)));
	await second.goto(address);
	await second.fill("#standards", "一次告知");
	await save(second);
});

test("the same in English", async () => {
	await opened("/office/posts/edit?key=market-clerk&lang=en");
	await first.fill("#name_en", "Intake");
	await save(first);
	await first.waitForURL(/\/office\/posts$/);
	await second.fill("#name_en", "Reception");
	await second.fill("#limits", "Nothing is kept back");
	await save(second);
	await overtaken(second);
	assert.match(await panel(second).locator("h2").innerText(), /changed this on/);
	assert.deepEqual((await differs(second))["English name"], ["Reception", "Intake"]);
	await both(second, "edits-post-en");
});

test("what is shown in English is not saved as the Chinese name", async () => {
	await first.goto("/staff/hall/setup/w2?lang=en");
	const name = await first.inputValue("#name");
	assert.match(name, /[\u4e00-\u9fff]/);
	await save(first);
	await first.waitForLoadState();
	assert.equal(await first.inputValue("#name"), name);
	for (const page of [first, second]) await page.goto("/?lang=zh-CN");
});

test("who adds what is there already is told so", async () => {
	await opened("/office/settings/new");
	for (const page of [first, second]) {
		await page.fill("#name", "public.notice");
		await page.fill("#value", page === first ? "周五下午学习" : "周六上午加班");
		await save(page);
	}
	await overtaken(second);
	assert.deepEqual(Object.values(await differs(second)), [["周六上午加班", "周五下午学习"]]);
	await save(second);
	await second.waitForURL(/\/office\/settings$/);
});

/* Every other form that saves whole what it shows: where, what the two type, where it goes when it is saved. */
const forms = [
	{ name: "item", address: "/office/items", row: true, field: "#conditions" },
	{ name: "organ", address: "/office/organs", row: true, field: "#nature" },
	{ name: "region", address: "/office/regions", row: true, field: "#name_en" },
	{ name: "person", address: "/office/people/edit?key=wangfang", field: "#phone", values: ["13800000001", "13800000002"] },
	{ name: "counter", address: "/office/windows", row: true, field: "#place" },
	{ name: "device", address: "/office/devices", row: true, field: "#name_en" },
	{ name: "rule", address: "/board/rules/D-08/edit", field: "#text_en", reason: true, code: true },
	{ name: "scheme", address: "/gauge/schemes", link: 'main a[href^="/gauge/schemes/"]', field: 'input[name="note"]', code: true },
	{ name: "hall", address: "/staff/hall/setup/w1?lang=en", field: "#place" },
	{ name: "provider", address: "/office/login", field: "#p-name" },
];

for (const f of forms)
	test(`${f.name}: the second overwrites nothing unseen`, async () => {
		let address = f.address;
		if (f.row || f.link) {
			await first.goto(address);
			address = await first.locator(f.link ?? 'main a[href*="/edit?"]').first().getAttribute("href");
		}
		const [one, two] = f.values ?? ["甲的内容", "乙的内容"];
		await opened(address);
		if (f.reason) for (const page of [first, second]) await page.fill("#reason", "表述更清楚");
		await first.fill(f.field, one);
		await save(first);
		await first.waitForLoadState();
		assert.equal(await panel(first).count(), 0, await first.locator("main").innerText());
		assert.equal(await first.locator(".govuk-error-summary").count(), 0, await first.locator("main").innerText());
		await second.fill(f.field, two);
		await save(second);
		await overtaken(second);
		assert.ok(Object.values(await differs(second)).some(([typed, now]) => typed === two && now === one), JSON.stringify(await differs(second)));
		assert.equal(await second.inputValue(f.field), two, "what was typed is kept");
		await both(second, `edits-${f.name}`, { code: f.code });
		await save(second);
		await second.waitForLoadState();
		assert.equal(await panel(second).count(), 0);
		await first.goto(address);
		assert.equal(await first.inputValue(f.field), two);
	});

test("the rules of access are a file: of a long text the lines that differ are shown", async () => {
	await opened("/office/access");
	const text = await first.inputValue("#dmn");
	const with_note = (note) => text.replace("<decision ", `<!-- ${note} -->\n  <decision `);
	assert.notEqual(with_note("x"), text);
	await first.fill("#dmn", with_note("第一位"));
	await save(first);
	await first.waitForLoadState();
	await second.fill("#dmn", with_note("第二位"));
	await save(second);
	await overtaken(second);
	const [[typed, now]] = Object.values(await differs(second));
	assert.match(typed, /第二位/);
	assert.match(now, /第一位/);
	assert.ok(typed.split("\n").length < 4, `the lines that differ alone: ${typed}`);
	assert.match(await second.inputValue("#dmn"), /第二位/);
	await look(second, "edits-access", { code: true });
});

/* ---- fields that are emptied ---- */

const emptied = [
	{ name: "person", address: "/office/people/edit?key=wangfang", fields: { "#phone": "13800000003", "#email": "w@example.com", "#name_en": "Wang Fang" } },
	{ name: "post", address: "/office/posts/edit?key=market-clerk", fields: { "#b": "baihe", "#duties": "受理", "#standards": "当场", "#powers": "受理", "#limits": "无", "#name_en": "Desk" } },
	{ name: "organ", address: "/office/organs", row: true, fields: { "#name_en": "Bureau", "#nature": "行政机关" } },
	{ name: "region", address: "/office/regions", row: true, fields: { "#name_en": "City" } },
	{ name: "item", address: "/office/items", row: true, fields: { "#name_en": "Item", "#conditions": "条件", "#promised_limit": "3" } },
	{ name: "counter", address: "/office/windows", row: true, fields: { "#name_en": "Counter", "#place": "一楼" } },
];
for (const f of emptied)
	test(`${f.name}: a field that is emptied is empty afterwards, and stays so`, async () => {
		let address = f.address;
		if (f.row) {
			await first.goto(address);
			address = await first.locator('main a[href*="/edit?"]').first().getAttribute("href");
		}
		for (const values of [f.fields, Object.fromEntries(Object.keys(f.fields).map((id) => [id, ""])), {}]) {
			await first.goto(address);
			const before = {};
			for (const id of Object.keys(f.fields)) before[id] = await first.inputValue(id);
			for (const [id, value] of Object.entries(values)) await first.fill(id, value);
			await save(first);
			await first.waitForURL((url) => !url.pathname.endsWith("/edit"));
			await first.goto(address);
			for (const id of Object.keys(f.fields)) assert.equal(await first.inputValue(id), values[id] ?? before[id], `${id} of ${f.name}`);
		}
	});

/* ---- what is signed ---- */

test("a rule that was changed after it was read is not signed: what changed is shown", async () => {
	await first.goto("/board/rules/D-06/edit");
	await first.fill("#text", "初稿");
	await first.fill("#reason", "表述更清楚");
	await save(first);
	await first.waitForURL(/D-06$/);
	await second.goto("/board/rules/D-06");
	await first.goto("/board/rules/D-06/edit");
	await first.fill("#text", "改过的稿");
	await first.fill("#reason", "再改");
	await save(first);
	await first.waitForURL(/D-06$/);
	await second.locator('form:has(input[value="sign"]) button').click();
	await overtaken(second);
	assert.deepEqual(Object.values(await taken(second)), [["初稿", "改过的稿"]]);
	assert.equal(await second.locator('form:has(input[value="sign"])').count(), 1, "it was not signed");
	await both(second, "edits-sign-rule");
	await second.locator('form:has(input[value="sign"]) button').click();
	await second.waitForLoadState();
	assert.equal(await panel(second).count(), 0);
	assert.equal(await second.locator('form:has(input[value="sign"])').count(), 0, "as it stands it is");
});

test("a list of powers that was changed after it was read is not published", async () => {
	const address = "/office/powers/11990100000001134Y/duty";
	const add = async (page, code, name) => {
		await page.goto(address);
		await page.fill("#code", code);
		await page.fill("#name", name);
		await page.fill("#basis", "行政许可法第32条");
		await page.locator('form:has(input[value="put"]) button').click();
		await page.waitForLoadState();
	};
	const publish = (page) => page.locator('form:has(input[value="publish"]) button').click();
	await add(first, "Z-1", "一次性告知");
	await second.goto(address);
	await add(first, "Z-2", "限时办结");
	await publish(second);
	await overtaken(second);
	assert.deepEqual(Object.entries(await taken(second)).map(([code, [, now]]) => [code, /限时办结/.test(now)]), [["Z-2", true]]);
	await both(second, "edits-publish");
	// an entry of that code is there already: it is not overwritten by who wanted to add one
	await add(second, "Z-1", "另一项职责");
	await overtaken(second);
	assert.ok(Object.values(await differs(second)).some(([typed, now]) => typed === "另一项职责" && now === "一次性告知"));
	assert.equal(await second.inputValue("#name"), "另一项职责");
	await second.goto(address);
	await publish(second);
	await second.waitForLoadState();
	assert.equal(await panel(second).count(), 0);
});

test("an absence: its form shows what stands, and the second one is told", async () => {
	const address = "/staff/absence";
	await first.goto(address);
	await first.selectOption("#kind", "trip");
	await first.fill("#until", "2026-04-03T17:30");
	await first.fill("#whereabouts", "省里开会");
	await first.locator('form:has(input[value="note"]) button').click();
	await first.waitForLoadState();
	const row = (page) => page.locator("tbody tr", { hasText: "蔡晶" }).first();
	for (const page of [first, second]) { await page.goto(address); await row(page).locator("summary").click(); }
	assert.equal(await row(second).locator('input[name="until"]').inputValue(), "2026-04-03T17:30");
	await row(first).locator('input[name="until"]').fill("2026-04-04T12:00");
	await row(first).locator('form:has(input[value="change"]) button').click();
	await first.waitForLoadState();
	assert.match(await row(first).innerText(), /省里开会/);
	await row(second).locator('input[name="whereabouts"]').fill("省政务服务中心");
	await row(second).locator('form:has(input[value="change"]) button').click();
	await overtaken(second);
	assert.deepEqual(await differs(second), {});
	assert.equal(await row(second).locator('input[name="until"]').inputValue(), "2026-04-04T12:00", "taken over");
	assert.equal(await row(second).locator('input[name="whereabouts"]').inputValue(), "省政务服务中心");
	await both(second, "edits-absence");
	await row(second).locator('form:has(input[value="change"]) button').click();
	await second.waitForLoadState();
	assert.match(await row(second).innerText(), /省政务服务中心/);
	assert.match(await row(second).innerText(), /4 April|4月4日/);
});

test("whoever adds a course or a window of a code that there is does not overwrite it", async () => {
	await first.goto("/staff/courses");
	const code = "K-9";
	const put = async (name) => {
		await first.goto("/staff/courses");
		await first.fill("#code", code);
		await first.fill("#name", name);
		await first.fill("#hours", "4");
		await first.locator('form:has(input[value="put"]) button').click();
		await first.waitForLoadState();
	};
	await put("廉政教育");
	await put("另一门课");
	await overtaken(first);
	assert.ok(Object.values(await differs(first)).some(([typed, now]) => typed === "另一门课" && now === "廉政教育"));
	await first.locator('form:has(input[value="put"]) button').click();
	await first.waitForLoadState();
	assert.equal(await panel(first).count(), 0);
	assert.match(await first.locator("main").innerText(), /另一门课/);
});

test("an item and a camera each have their own words for \"live\"", async () => {
	await first.goto("/office/items/new?lang=zh-CN");
	assert.match(await first.locator('label[for="live"]').innerText(), /上线/);
	await first.goto("/office/devices/new");
	assert.match(await first.locator('label[for="live"]').innerText(), /实时画面路径/);
});

test("a session that ends while a form is filled in loses nothing that was typed", async () => {
	const context = await city.context({ storageState: await first.context().storageState() });
	const page = await context.newPage(), address = "/office/posts/edit?key=market-clerk&lang=zh-CN";
	await page.goto(address);
	await page.fill("#duties", "第一行\n第二行 <b>&amp;</b>");
	await context.clearCookies();
	await save(page);
	assert.match(await page.locator("h1").innerText(), /登录已过期，您填写的内容还在|You have been signed out/);
	await both(page, "edits-again");
	const tab = await context.newPage();
	await login(tab, { login: "caijing", password: city.accounts[0].password });
	await page.locator("main form button").click();
	assert.match(await page.locator("h1").innerText(), /您填写的内容还在|What you typed is still here/);
	await page.locator("main form button").click();
	await page.waitForURL(/\/office\/posts$/);
	await page.goto(address);
	assert.equal(await page.inputValue("#duties"), "第一行\n第二行 <b>&amp;</b>");
	// from elsewhere nothing is kept to be sent on
	const foreign = await fetch(`${city.url}/office/posts/edit`, { method: "POST", redirect: "manual", headers: { Origin: "http://elsewhere.example", "Content-Type": "application/x-www-form-urlencoded" }, body: "name=x" });
	assert.equal(foreign.status, 303);
	await context.close();
});
