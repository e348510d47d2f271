// journey_backup.mjs - the engineer's page of backups: nothing scheduled, one made while the city is served, one that failed.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { look, lookOnPhone, openCity } from "./harness.mjs";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..", "..");
const program = process.env.BANJIE ?? join(root, "build", "banjie");
const folder = mkdtempSync(join(tmpdir(), "banjie-backup-"));
const at = (name) => join(folder, name);
let city, server;

before(async () => {
	execFileSync(program, ["demo", "--db", at("city.db"), "--seed", "1", "--cases", "20"], { stdio: "ignore" });
	execFileSync(program, ["backup", "--new-key", at("key")], { stdio: "ignore" });
});
after(async () => {
	await city?.close();
	server?.kill();
	rmSync(folder, { recursive: true, force: true });
});

async function serve(...options) {
	await city?.close();
	if (server) await new Promise((done) => { server.on("exit", done); server.kill(); });
	server = spawn(program, ["serve", "--db", at("city.db"), "--listen", "127.0.0.1:0", ...options], { stdio: ["ignore", "pipe", "ignore"] });
	const [line] = await new Promise((done) => createInterface({ input: server.stdout }).on("line", (l) => done([l])));
	process.env.BANJIE_URL = /https?:\/\/[^\s]+/.exec(line)[0].replace(/\/$/, "");
	city = await openCity();
	return city.person((a) => a.role === "admin");
}

/* The page shows it within seconds: the backup is made on a thread of its own. */
async function untilShown(page, selector) {
	for (let n = 0; n < 100; n++) {
		await page.goto("/office/backups");
		if (await page.locator(selector).count()) return;
		await page.waitForTimeout(100);
	}
	assert.fail(`${selector} did not appear`);
}

test("without a schedule the page says so, and how to have one", async () => {
	const { page } = await serve();
	await page.goto("/office");
	await page.click('a[href="/office/backups"]');
	assert.match(await page.textContent("main"), /没有安排定时备份/);
	await look(page, "backups-none");
});

test("a backup made while the city is served is shown, and restores", async () => {
	const { page } = await serve("--backup-to", at("backups"), "--backup-key", at("key"), "--backup-every", "1h", "--backup-keep", "2");
	await untilShown(page, "tbody .govuk-tag--green");
	assert.match(await page.textContent("main"), /每 60 分钟/);
	assert.match(await page.textContent("tbody"), /已恢复并比对一致/);
	await look(page, "backups");
	await lookOnPhone(page, "backups");
	const files = readdirSync(at("backups")).filter((n) => n.endsWith(".backup"));
	assert.equal(files.length, 1);
	assert.ok(!readdirSync(at("backups")).some((n) => n.includes(".proof")), "the proof is cleared away");
	execFileSync(program, ["restore", "--from", at("backups"), "--to", at("restored.db"), "--key", at("key")], { stdio: "ignore" });
	assert.ok(existsSync(at("restored.db")));
});

