// journey_edits.mjs - two administrators at the same thing at once: the second is told who was there before and what differs, loses nothing of what
// was typed, and then saves knowingly.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { look, lookOnPhone, openCity } from "./harness.mjs";

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

/* What was typed and what stands, by the field's label. */
async function differs(page) {
	const rows = await panel(page).locator("tbody tr").evaluateAll((all) => all.map((r) => [...r.cells].map((c) => c.innerText.trim())));
	return Object.fromEntries(rows.map(([label, ...values]) => [label, values]));
}

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
	assert.equal(rows["职责"][1], "受理食品经营许可");
	assert.equal(rows["部门"], undefined, "what is the same is not shown");
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
