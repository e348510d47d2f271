// The service hall: a citizen books and checks in, is called on the screen, the clerk takes the application in by keyboard alone and the number ends
// with the case; a closed window and an absence show on the public pages.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { look, lookOnPhone, openCity } from "./harness.mjs";

let city;
before(async () => { city = await openCity(); });
after(async () => { await city.close(); });

const foodItem = "990102001-990100000000-000-1199010000000102XM-1-00";
let code = "", number = "", bookingNo = "";

test("the hall says what is open, who is there and how many wait", async () => {
	const { page } = await city.visitor();
	await page.goto("/hall");
	await page.getByRole("heading", { name: "1号窗口 市场准入窗口" }).waitFor();
	await look(page, "hall");
	await lookOnPhone(page, "hall");
	await page.getByRole("link", { name: "6号窗口 综合窗口" }).click();
	await page.getByText("09:30-11:30").first().waitFor(); // Saturday
	await page.getByText("清明").first().waitFor(); // Saturday to Monday, 4 to 6 April
	await look(page, "hall-window");
	await lookOnPhone(page, "hall-window");
});

test("a visitor books without an account", async () => {
	const { page } = await city.visitor();
	await page.goto(`/items/${foodItem}`);
	await page.getByRole("link", { name: "预约到大厅窗口办理" }).click();
	await page.getByRole("heading", { name: "选择日期和时段" }).waitFor();
	await page.goto("/hall/book?q=食品经营");
	await look(page, "hall-book");
	await page.getByRole("link", { name: "食品经营许可" }).click();
	await look(page, "hall-slots");
	await lookOnPhone(page, "hall-slots");
	await page.goto(`/hall/book/${foodItem}?day=2026-03-31`);
	await page.locator(".bj-slots__slot:not(.bj-slots__slot--full)", { hasText: "09:30–10:00" }).click();
	await page.getByRole("button", { name: "确认预约" }).click();
	await page.getByText("请填写此项").first().waitFor();
	await page.fill("#name", "陈预约");
	await page.fill("#phone", "１３９ ０000 1111");
	await look(page, "hall-who");
	await page.getByRole("button", { name: "确认预约" }).click();
	await page.getByText("预约成功").waitFor();
	code = (await page.locator("[data-code]").innerText()).trim();
	bookingNo = (await page.locator("[data-booking]").innerText()).trim();
	assert.match(code, /^\d{8}$/);
	await look(page, "hall-slip");
	await lookOnPhone(page, "hall-slip");
	// the same telephone may not book the same again: what was typed stays
	await page.goto(`/hall/book/${foodItem}?day=2026-03-31&start=10:30`);
	await page.fill("#name", "陈预约");
	await page.fill("#phone", "13900001111");
	await page.getByRole("button", { name: "确认预约" }).click();
	await page.getByText("该手机号已预约此事项").first().waitFor();
	assert.equal(await page.inputValue("#name"), "陈预约");
	await look(page, "hall-who-refused");
});

test("it is found again with its code, and by nobody without", async () => {
	const { page } = await city.visitor();
	assert.equal((await page.goto(`/hall/bookings/${bookingNo}`)).status(), 404);
	await page.goto("/hall/bookings");
	await page.fill("#booking_no", bookingNo);
	await page.fill("#code", "00000000");
	await page.locator("main").getByRole("button", { name: "查询" }).or(page.locator("main form button")).first().click();
	await page.getByText("没有这个预约").first().waitFor();
	await look(page, "hall-find");
	await page.fill("#code", code);
	await page.locator("main form button").first().click();
	await page.getByText("陈预约").waitFor();
	// another time, and back
	await page.getByRole("button", { name: "改时间" }).or(page.getByRole("link", { name: "改时间" })).first().click();
	await look(page, "hall-move");
	await page.locator("button.bj-slots__slot", { hasText: "10:00–10:30" }).click();
	await page.getByText("已改到新的时间").waitFor();
	await page.getByRole("link", { name: "改时间" }).or(page.getByRole("button", { name: "改时间" })).first().click();
	await page.locator("button.bj-slots__slot", { hasText: "09:30–10:00" }).click();
	await page.getByText("09:30–10:00").waitFor();
});

test("checking in at the kiosk and a number taken there", async () => {
	const { page } = await city.visitor();
	await page.goto("/hall/kiosk");
	await look(page, "hall-kiosk");
	await lookOnPhone(page, "hall-kiosk");
	await page.fill("#code", "123");
	await page.getByRole("button", { name: "报到取号" }).click();
	await page.getByText("没有这个预约码").first().waitFor();
	await page.fill("#code", code);
	await page.getByRole("button", { name: "报到取号" }).click();
	await page.getByText("等候叫号").waitFor();
	number = (await page.locator("h1").innerText()).trim().split(/\s/).at(-1);
	assert.match(number, /^A\d{3}$/);
	await look(page, "hall-ticket");
	await lookOnPhone(page, "hall-ticket");
	await page.goto("/hall/kiosk?service=C");
	await page.getByLabel("老年人优先").check();
	await look(page, "hall-kiosk-item");
	await page.getByRole("button", { name: "不确定" }).click();
	await page.getByText("老年人优先").waitFor();
});

test("called on the screen; the clerk takes the application in by keyboard alone", async () => {
	await city.moveTime("2026-03-31T09:31:00+08:00");
	const screen = (await city.visitor()).page;
	await screen.setViewportSize({ width: 1920, height: 1080 });
	await screen.goto("/hall/screen");
	await look(screen, "hall-screen-before");
	const clerk = await city.person("wangfang", { viewport: { width: 1366, height: 900 } });
	const { page } = clerk;
	const key = async (...keys) => {
		await page.waitForLoadState("load"); // a page that has just come listens to keys when it is whole
		for (const one of keys) await page.keyboard.press(one);
	};
	await page.goto("/staff/hall");
	await look(page, "hall-desk-no-window");
	await key("j"); // the first row: window 1
	await Promise.all([page.waitForLoadState("load"), key("Enter")]);
	await page.getByText("窗口空闲").waitFor();
	await look(page, "hall-desk-free");
	// forty open cases or not: j goes through them
	await key("n");
	await page.locator("[data-number]").waitFor();
	assert.equal(await page.locator("[data-number]").innerText(), number, "booked at its time goes first");
	await screen.getByText(`请 ${number} 号到 1 号窗口`, { exact: false }).first().waitFor({ timeout: 10000 });
	assert.equal(await screen.locator("[data-say]").textContent(), `请 ${number} 号到 1 号窗口`);
	await look(screen, "hall-screen");
	await lookOnPhone(screen, "hall-screen");
	assert.doesNotMatch(await screen.locator("main").innerText(), /陈预约|139/);
	await look(page, "hall-desk");
	await lookOnPhone(page, "hall-desk");
	// another comes: the list says so by itself
	const kiosk = (await city.visitor()).page;
	await kiosk.goto("/hall/kiosk?service=A");
	await kiosk.getByRole("button", { name: "不确定" }).click();
	await page.getByText("等候2人").waitFor();
	// typing is no command
	await key("/");
	await page.keyboard.type("nrx");
	assert.equal(await page.inputValue("#q"), "nrx");
	await key("Escape");
	await page.locator("#q").fill("");
	await page.locator("h1").click();
	await key("r");
	await page.getByText("已叫2次").waitFor();
	// c: the application of the number's item
	await key("c");
	await page.waitForURL((url) => url.pathname.startsWith(`/staff/counter/${foodItem}`));
	await page.getByText(`为 ${number} 号受理`).waitFor();
	await look(page, "hall-intake");
	await fillByKeyboard(page);
	await page.locator(".govuk-error-summary, [data-secret], h1").first().waitFor();
	assert.deepEqual(await page.locator(".govuk-error-summary li").allInnerTexts(), []);
	await page.waitForURL((url) => url.pathname.startsWith("/staff/receipts/"));
	const caseNo = new URL(page.url()).pathname.split("/").at(-1);
	await page.goto("/staff/hall");
	await page.getByText("窗口空闲").waitFor();
	// the number has ended with the case
	const answer = await page.request.get(`/api/v1/cases/${caseNo}/tickets`);
	assert.equal(answer.status(), 200);
	assert.equal((await answer.json()).rows[0].number, number);
	await page.goto(`/staff/cases/${caseNo}`);
	await page.getByText(`${number}（1号窗口`).waitFor();
});

/* Tab from field to field, type, Enter: no mouse. */
async function fillByKeyboard(page) {
	const byLabel = [["信用代码", "1199010000000102XM"], ["电话", "13900001111"]];
	const values = { applicant_name: "陈预约", applicant_id_no: "11010119900307803X", applicant_phone: "13900001111" };
	for (let i = 0; i < 120; i++) {
		await page.keyboard.press("Tab");
		const at = await page.evaluate(() => {
			const e = document.activeElement;
			return { id: e.id, name: e.name ?? "", tag: e.tagName, type: e.type ?? "", value: e.value ?? "", text: e.textContent.trim().slice(0, 20), checked: e.checked ?? false,
				mode: e.inputMode, label: e.labels?.[0]?.textContent ?? "" };
		});
		const fits = at.tag === "INPUT" && !at.value && byLabel.find(([words]) => at.label.includes(words));
		if (fits && !values[at.id]) await page.keyboard.type(fits[1]);
		else if (values[at.id]) await page.keyboard.type(values[at.id]);
		else if (at.tag === "BUTTON" && at.type === "submit" && at.text.includes("收件并打印")) { await page.keyboard.press("Enter"); return; }
		else if (at.tag === "SELECT" && !at.value) await page.keyboard.press("ArrowDown");
		else if (at.type === "radio" && !at.checked) await page.keyboard.press("Space");
		else if (at.type === "checkbox" && at.name === "received") await page.keyboard.press("Space");
		else if (at.type === "number" || at.mode === "numeric" || at.mode === "decimal") { if (!at.value) await page.keyboard.type("120"); }
		else if (at.type === "date") { if (!at.value) await page.keyboard.type("2026-05-01"); }
		else if (["text", "tel", "email", ""].includes(at.type) && at.tag === "INPUT" && !at.value && !/agent|address|late|happened/.test(at.id)) await page.keyboard.type("云溪市江东街道");
		else if (at.tag === "TEXTAREA" && !at.value) await page.keyboard.type("云溪市江东街道");
	}
	assert.fail("the form's button was not reached");
}

test("keys can be switched off, and are off then", async () => {
	const { page } = await city.person("wangfang");
	await page.goto("/staff/hall");
	await page.getByRole("button", { name: "快捷键已开" }).click();
	await page.reload();
	await page.getByRole("button", { name: "快捷键已关" }).waitFor();
	await page.keyboard.press("n");
	await page.waitForTimeout(0);
	assert.equal(await page.locator("[data-number]").count(), 0);
	await page.getByRole("button", { name: "快捷键已关" }).click();
	await page.keyboard.press("b");
	await page.waitForURL("**/staff/hall/bookings");
	await look(page, "hall-bookings");
	await lookOnPhone(page, "hall-bookings");
	await page.goto("/staff/hall/figures?from=2026-03-30&to=2026-03-31");
	await look(page, "hall-figures");
	await lookOnPhone(page, "hall-figures");
});

test("without JavaScript the desk is buttons and links, and the screen is there", async () => {
	const { page } = await city.person("wangfang", { javaScriptEnabled: false });
	await page.goto("/staff/hall");
	await page.getByRole("button", { name: /叫下一号/ }).click();
	await page.locator("[data-number]").waitFor();
	await page.getByRole("button", { name: /未到场/ }).click();
	await page.getByText("窗口空闲").waitFor();
	await page.goto("/hall/screen");
	await page.getByText("正在叫号").first().waitFor();
});

test("a closed day with its reason, bookings told; an absence on the public page", async () => {
	const citizen = await city.person("linxiao");
	await citizen.page.goto(`/hall/book/${foodItem}?day=2026-04-02&start=14:00`);
	await citizen.page.fill("#phone", "13800002222");
	await citizen.page.getByRole("button", { name: "确认预约" }).click();
	await citizen.page.getByText("预约成功").waitFor();
	const admin = await city.person((a) => a.role === "admin");
	await admin.page.goto("/staff/hall/setup");
	await look(admin.page, "hall-setup");
	await lookOnPhone(admin.page, "hall-setup");
	await admin.page.fill("#day", "2026-04-02");
	await admin.page.fill("#reason", "大厅供电检修");
	await admin.page.fill("#reason_en", "Work on the power supply");
	await admin.page.locator('form:has(input[value="day"]) button').click();
	await admin.page.getByText("已保存").waitFor();
	await admin.page.goto("/staff/hall/setup/w1");
	await look(admin.page, "hall-setup-window");
	await lookOnPhone(admin.page, "hall-setup-window");
	await citizen.page.goto("/my/messages");
	await citizen.page.getByText("您的预约被取消").first().waitFor();
	await citizen.page.goto("/my/bookings");
	await citizen.page.getByText("大厅供电检修").waitFor();
	await look(citizen.page, "hall-my");
	await lookOnPhone(citizen.page, "hall-my");
	await citizen.page.goto("/hall/windows/w1");
	await citizen.page.getByText("大厅供电检修").waitFor();
	// the window's holder is away: where, until when, who acts
	const clerk = await city.person("wangfang");
	await clerk.page.goto("/staff/absence");
	await clerk.page.selectOption("#kind", "meeting");
	await clerk.page.fill("#until", "2026-03-31T11:00");
	await clerk.page.fill("#whereabouts", "三楼会议室");
	await clerk.page.locator('form:has(input[value="note"]) button').click();
	await citizen.page.goto("/hall/windows/w1");
	await citizen.page.getByText("三楼会议室").waitFor();
	await citizen.page.getByText("11:00").first().waitFor();
	await look(citizen.page, "hall-window-away");
	await citizen.page.goto("/hall/windows/w1?lang=en");
	await citizen.page.getByText("Work on the power supply").waitFor();
	await look(citizen.page, "hall-window-en");
});
