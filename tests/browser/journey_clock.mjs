// journey_clock.mjs - a server whose clock stands long after the record's last entry: the office says so, an administrator confirms it.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { look, lookOnPhone, openCity } from "./harness.mjs";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..", "..");
const program = process.env.BANJIE ?? join(root, "build", "banjie");
const folder = mkdtempSync(join(tmpdir(), "banjie-clock-"));
const db = join(folder, "city.db");
let city, server, talk = "";

before(async () => {
	const end = new Date(Date.now() - 20 * 86400000).toISOString().replace(/\.\d+Z/, "Z");
	execFileSync(program, ["demo", "--db", db, "--seed", "1", "--cases", "20", "--now", end], { stdio: "ignore" });
	server = spawn(program, ["serve", "--db", db, "--listen", "127.0.0.1:0"], { stdio: ["ignore", "pipe", "pipe"] });
	server.stderr.on("data", (d) => { talk += d; });
	const [line] = await new Promise((done) => createInterface({ input: server.stdout }).on("line", (l) => done([l])));
	process.env.BANJIE_URL = /https?:\/\/[^\s]+/.exec(line)[0].replace(/\/$/, "");
	city = await openCity();
});
after(async () => {
	await city?.close();
	server?.kill();
	rmSync(folder, { recursive: true, force: true });
});

const warnings = async () => (await (await fetch(`${city.url}/readyz`)).json()).warnings;

test("while the clock is in doubt the office, the log and the readiness page say so; once confirmed, no more", async () => {
	const { page } = await city.person((a) => a.role === "admin");
	assert.deepEqual(await warnings(), ["clock"]);
	assert.match(talk, /the machine's clock is long after the record's last entry/);
	await page.goto("/office");
	assert.match(await page.textContent("main"), /服务器时钟比记录中的最后一条晚十天以上/);
	assert.match(await page.textContent("main"), /服务器时钟快 (19|20) 天/);
	await look(page, "clock-doubt");
	await lookOnPhone(page, "clock-doubt");
	await page.getByRole("link", { name: "English" }).click();
	await page.goto("/office");
	assert.match(await page.textContent("main"), /The server's clock is (19|20) d \d+ h \d+ min ahead/);
	await look(page, "clock-doubt-en");
	await lookOnPhone(page, "clock-doubt-en");
	await page.getByRole("link", { name: "中文" }).click();
	await page.goto("/office");
	const before = (await (await page.request.get("/api/v1/machine-time")).json());
	assert.equal(before.held, true);
	assert.equal(before.doubt, "ahead");
	await page.click('form[action="/office/clock"] button');
	assert.match(await page.textContent("main"), /已确认/);
	assert.equal(await page.locator('form[action="/office/clock"]').count(), 0);
	assert.deepEqual(await warnings(), []);
	const again = await page.request.post("/api/v1/machine-time/confirm", { headers: { "X-CSRF-Token": await page.locator('input[name="csrf"]').first().inputValue() } });
	assert.equal(again.status(), 409);
	assert.equal((await again.json()).code, "time.believed");
});

test("whoever is no administrator neither sees nor confirms it", async () => {
	const { page } = await city.person((a) => a.role === "clerk" || a.role === "reviewer");
	assert.equal((await page.goto("/office")).status(), 403);
	assert.equal((await page.request.get("/api/v1/machine-time")).status(), 403);
});
