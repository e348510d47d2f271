// harness.mjs - a city in a database of its own, the program serving it, a real browser looking at it.
//
//   const city = await openCity();            // build/banjie demo + serve, virtual time
//   const me = await city.person("citizen");  // a browser context logged in by role or account
//   await me.page.goto("/items");
//   await look(me.page, "items");             // axe, untranslated words, screenshot
//   await city.close();
//
// BANJIE names the program (default build/banjie), BANJIE_URL a server that runs already,
// CHROMIUM the browser, BANJIE_TEST_STORE a PostgreSQL server for the city (tools/with-postgresql).
import assert from "node:assert/strict";
import { spawn, execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { AxeBuilder } from "@axe-core/playwright";
import { chromium } from "playwright-core";
import { cityPlace } from "../city_place.mjs";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..", "..");
const program = process.env.BANJIE ?? join(root, "build", "banjie");
export const screenshots = process.env.SCREENSHOTS ?? join(root, "build", "screenshots");
export const start = "2026-03-31T09:00:00+08:00";

async function makeDemo(folder) {
	const db = cityPlace(folder);
	await promisify(execFile)(program, ["demo", "--db", db, "--seed", "1", "--cases", "60", "--now", start], { maxBuffer: 1 << 24 });
	return db;
}

/* The first line on stdout says where it serves. */
async function serve(db) {
	const child = spawn(program, ["serve", "--db", db, "--listen", "127.0.0.1:0", "--virtual-time", start], { stdio: ["ignore", "pipe", "pipe"] });
	let talk = "";
	child.stderr.on("data", (d) => { talk += d; });
	const lines = createInterface({ input: child.stdout });
	const url = await new Promise((done, fail) => {
		lines.on("line", (line) => { const hit = /https?:\/\/[^\s]+/.exec(line); if (hit) done(hit[0].replace(/\/$/, "")); });
		child.on("exit", (code) => fail(new Error(`the server ended with ${code}: ${talk}`)));
	});
	return { child, url };
}

export async function openCity() {
	const folder = mkdtempSync(join(tmpdir(), "banjie-browser-"));
	mkdirSync(screenshots, { recursive: true });
	let server = { url: process.env.BANJIE_URL };
	if (!server.url) server = await serve(await makeDemo(folder));
	await fetch(server.url); // a server that is not there fails here, not minutes later in a browser
	const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
		args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"] });
	const city = {
		url: server.url, browser, accounts: [],
		async context(options = {}) {
			return browser.newContext({ baseURL: server.url, locale: "zh-CN", viewport: { width: 1280, height: 900 }, ...options });
		},
		/* Somebody who has not logged in. */
		async visitor(options) {
			const context = await city.context(options);
			return { context, page: await context.newPage() };
		},
		/* Somebody logged in: by account, or the first listed account that the predicate takes. */
		async person(who, options) {
			let account = city.accounts.find(typeof who === "function" ? who : (a) => a.login === who);
			// not all forty are listed; they share the demonstration's password
			if (!account && typeof who === "string" && city.accounts.length) account = { login: who, password: city.accounts[0].password };
			assert.ok(account, `no demo account for ${who}`);
			const { context, page } = await city.visitor(options);
			await login(page, account);
			return { context, page, account };
		},
		/* Moves demonstration time; an administrator may. */
		async moveTime(iso) {
			city.admin ??= await city.person((a) => a.role === "admin");
			await city.admin.page.goto("/");
			const csrf = await city.admin.page.locator('input[name="csrf"]').first().inputValue();
			const answer = await city.admin.page.request.post("/api/v1/clock", { headers: { "X-CSRF-Token": csrf }, data: { to: iso } });
			assert.equal(answer.status(), 200, await answer.text());
		},
		async close() {
			await browser.close();
			if (server.child) {
				server.child.removeAllListeners("exit");
				const ended = new Promise((done) => server.child.on("exit", done));
				server.child.kill("SIGTERM");
				await ended;
			}
			rmSync(folder, { recursive: true, force: true });
		},
	};
	city.accounts = await readAccounts(city);
	return city;
}

/* The login page lists the accounts of the demonstration. */
async function readAccounts(city) {
	const { context, page } = await city.visitor();
	await page.goto("/login");
	const accounts = await page.locator("[data-login]").evaluateAll((buttons) => buttons.map((b) => {
		const cells = [...b.closest("tr").cells].map((c) => c.textContent.trim());
		return { login: b.dataset.login, password: b.dataset.password, role: b.dataset.role, name: cells[1], post: cells[2] };
	}));
	await context.close();
	return accounts;
}

export async function login(page, account) {
	await page.goto("/login");
	await page.fill("#login", account.login);
	await page.fill("#password", account.password);
	await page.click('main form[action="/login"] button[type="submit"]');
	await page.waitForURL((url) => !url.pathname.startsWith("/login"));
}

/* What must hold on every page: no axe violation (WCAG 2.2 AA), no key without words, one h1, a language, no page
 * wider than the screen. Leaves a picture. */
export async function look(page, name, options = {}) {
	const violations = (await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
		.disableRules(options.disable ?? []).analyze()).violations;
	await page.screenshot({ path: join(screenshots, `${name}.png`), fullPage: true });
	assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(" ")).join(", ")} - ${v.help}`), [], `axe on ${name} (${page.url()})`);
	let text = await page.locator("body").innerText();
	if (options.code) // expressions of a rule are no keys
		for (const code of await page.locator(".bj-mono").allInnerTexts()) text = text.replaceAll(code, "");
	assert.doesNotMatch(text, /\{\{|\b(citizen|staff|board|office|common|error|err|form|state|level|kind|amount)\.[a-z_]+/, `words are missing on ${name}`);
	assert.equal(await page.locator("h1").count(), 1, `${name} has one h1`);
	assert.match(await page.title(), /\S+ - \S+/, `${name} has a title`);
	const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
	assert.ok(wide <= 1, `${name} is ${wide} px wider than the screen`);
}

/* The same page on a phone. */
export async function lookOnPhone(page, name, options) {
	const size = page.viewportSize();
	await page.setViewportSize({ width: 390, height: 844 });
	await look(page, `${name}-phone`, options);
	await page.setViewportSize(size);
}
