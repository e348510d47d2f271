// journey_pages.mjs - every page that needs no case: public pages, accounts, errors, both languages, a phone, no JavaScript.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { look, lookOnPhone, openCity } from "./harness.mjs";

let city;
before(async () => { city = await openCity(); });
after(async () => { await city?.close(); });

const publicPages = ["/", "/items", "/items?q=食品", "/items?q=没有这样的事项", "/login", "/register", "/track", "/calendar", "/help", "/accessibility"];

test("public pages stand in both languages and on a phone", async () => {
	const { page, context } = await city.visitor();
	for (const path of publicPages) {
		const name = "public" + path.replace(/[/?=]/g, "-").replace(/-$/, "");
		await page.goto(path);
		assert.equal(await page.locator("html").getAttribute("lang"), "zh-CN");
		await look(page, name);
		await lookOnPhone(page, name);
		await page.getByRole("link", { name: "English" }).click();
		assert.equal(await page.locator("html").getAttribute("lang"), "en");
		await look(page, name + "-en");
		await page.getByRole("link", { name: "中文" }).click();
	}
	await context.close();
});

/* Of each field by how much what it suggests is wider than the room for it. */
async function suggestionsCut(page) {
	return page.locator("input[placeholder]:visible").evaluateAll((fields) => fields.map((field) => {
		const style = getComputedStyle(field), ruler = document.createElement("canvas").getContext("2d");
		ruler.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
		const room = field.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
		return { text: field.placeholder, over: Math.ceil(ruler.measureText(field.placeholder).width - room) };
	}));
}

test("what a search field suggests can be read to its end on a narrow phone", async () => {
	for (const locale of ["zh-CN", "en-GB"])
		for (const width of [320, 390]) {
			const { page, context } = await city.visitor({ locale, viewport: { width, height: 844 } });
			for (const path of ["/", "/items"]) {
				await page.goto(path);
				const fields = await suggestionsCut(page);
				assert.ok(fields.length, `${path} suggests something`);
				for (const { text, over } of fields) assert.ok(over <= 0, `"${text}" is cut by ${over} px at ${width} on ${path}`);
			}
			await context.close();
		}
});

test("two characters find items, and the guide says what the law wants public", async () => {
	const { page, context } = await city.visitor();
	await page.goto("/");
	await page.fill("#q", "食品");
	await page.click(".bj-search button");
	await page.locator(".bj-results__name a", { hasText: "食品经营许可" }).first().click();
	await look(page, "guide");
	await lookOnPhone(page, "guide");
	for (const id of ["basis", "conditions", "quota", "materials", "procedure", "limits", "fees", "result", "where", "remedies"])
		assert.equal(await page.locator(`#${id}`).count(), 1, id);
	await context.close();
});

/* What a list begins with on the screen of a phone is what was found; without JavaScript too. */
test("filters begin closed on a phone, say how many are set, open by keyboard, and stand open on a wide screen", async () => {
	for (const [language, words] of [["zh-CN", "筛选条件 · 已选 2 项"], ["en-GB", "Filters · 2 set"]])
		for (const javaScriptEnabled of [true, false]) {
			const { page, context } = await city.visitor({ locale: language, javaScriptEnabled, viewport: { width: 390, height: 844 } });
			await page.goto("/items?audience=1&online=1");
			const summary = page.locator(".bj-filters > summary"), link = page.locator(".bj-filters a").first();
			assert.equal((await summary.innerText()).trim(), words);
			assert.equal(await link.isVisible(), false);
			const found = await page.locator(".bj-results__item").first().boundingBox();
			assert.ok(found.y < 844 - 100, `what was found begins at ${found.y}`);
			await summary.focus();
			await page.keyboard.press("Enter");
			assert.equal(await link.isVisible(), true);
			if (javaScriptEnabled) await look(page, `items-filters-phone-${language}`);
			await page.goto("/items");
			assert.doesNotMatch(await summary.innerText(), /\d/);
			await page.setViewportSize({ width: 1280, height: 844 });
			assert.equal(await link.isVisible(), true);
			assert.equal(await summary.isVisible(), false);
			if (javaScriptEnabled) assert.ok(await page.getByRole("link", { name: /^(企业法人|Enterprises)/ }).count(), "read aloud too");
			await context.close();
		}
	const { page, context } = await city.person((a) => a.role === "supervisor", { viewport: { width: 390, height: 844 } });
	for (const path of ["/staff/cases?level=red", "/staff/complaints?status=open", "/office/audit?kind=case.", "/redress/alerts?level=red", "/redress/demands?state=open", "/redress/measures?state=confirmed"]) {
		await page.goto(path);
		assert.equal(await page.locator(".bj-fold > summary").innerText(), "筛选条件 · 已选 1 项", path);
		assert.equal(await page.locator("form:has(.bj-fold) button[type=submit]").innerText(), "应用筛选", path);
		assert.equal(await page.locator(".bj-fold .govuk-form-group").first().isVisible(), false, path);
		await lookOnPhone(page, "filters" + path.replace(/\W/g, "-"));
		await page.setViewportSize({ width: 1280, height: 844 });
		assert.equal(await page.locator(".bj-fold .govuk-form-group").first().isVisible(), true, path);
		await page.setViewportSize({ width: 390, height: 844 });
	}
	await context.close();
});

test("errors are pages", async () => {
	const { page, context } = await city.visitor();
	const answer = await page.goto("/nowhere");
	assert.equal(answer.status(), 404);
	await look(page, "error-404");
	await page.goto("/my/cases");
	assert.match(page.url(), /\/login\?next=/);
	await context.close();
});

test("a wrong password keeps the account and says so once", async () => {
	const { page, context } = await city.visitor();
	await page.goto("/login");
	await page.fill("#login", "nobody");
	await page.fill("#password", "wrong-password");
	await page.click('main button[type="submit"]');
	await look(page, "login-wrong");
	assert.match(await page.title(), /^错误/);
	assert.equal(await page.inputValue("#login"), "nobody");
	assert.equal(await page.locator(".govuk-error-summary").count(), 1);
	assert.ok(await page.locator(".govuk-error-summary").evaluate((e) => e === document.activeElement), "the summary has the focus");
	await context.close();
});

test("a registration with mistakes names each field, then works without JavaScript", async () => {
	const { page, context } = await city.visitor({ javaScriptEnabled: false });
	await page.goto("/register");
	await page.fill("#name", "赵一鸣");
	await page.fill("#phone", "12345");
	await page.click('main button[type="submit"]');
	assert.equal(await page.inputValue("#name"), "赵一鸣");
	assert.ok(await page.locator(".govuk-error-summary a").count() >= 4);
	await page.fill("#login", `zhao-${process.pid}`);
	await page.fill("#phone", "138 0013 8000");
	await page.fill("#id_no", "11010519491231002X");
	await page.fill("#password", "杨柳青青江水平唱歌声");
	await page.click('main button[type="submit"]');
	assert.equal(new URL(page.url()).pathname, "/");
	assert.match(await page.locator("header").innerText(), /退出/);
	await context.close();
});
