// api_walkthrough.mjs - runs the commands of docs/api.md, exactly as they stand there, against a fresh demo city and
// compares what they print with the JSON that follows them.
//   node tests/api_walkthrough.mjs build/banjie
// A ```json block after a ```sh block holds what must be in the output: members given must be there with that value,
// more may be; "…" stands for any value; a list must have those elements in that order at its beginning.
// Needs bash, curl and jq.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const banjie = resolve(process.argv[2] ?? join(root, "build", "banjie"));
const now = "2026-03-31T09:00:00+08:00";
const mark = "--- end of block ---";
const folder = mkdtempSync(join(tmpdir(), "banjie-walk-"));

for (const tool of ["bash", "curl", "jq"])
	if (spawnSync(tool, ["--version"]).error) {
		console.log(`skipped: ${tool} is not installed`);
		process.exit(0);
	}

/* Blocks of the document in order: {sh, json, line}. */
function blocks(text) {
	const found = [];
	let kind = null, lines = [], at = 0;
	text.split("\n").forEach((line, i) => {
		if (kind === null && /^```\w+$/.test(line)) [kind, lines, at] = [line.slice(3), [], i + 2];
		else if (kind !== null && line === "```") {
			if (kind === "sh") found.push({ sh: lines.join("\n"), json: null, line: at });
			else if (kind === "json" && found.length && !found.at(-1).json) found.at(-1).json = lines.join("\n");
			kind = null;
		} else lines.push(line);
	});
	return found;
}

/* What of `want` is not in `got`, as a sentence; null when all is. */
function difference(want, got, place = "answer") {
	if (want === "…") return got === undefined ? `${place} is missing` : null;
	if (want === null || typeof want !== "object")
		return want === got ? null : `${place} is ${JSON.stringify(got)}, should be ${JSON.stringify(want)}`;
	if (Array.isArray(want) !== Array.isArray(got) || got === null || typeof got !== "object")
		return `${place} is ${JSON.stringify(got)}, should be ${JSON.stringify(want)}`;
	for (const key of Object.keys(want)) {
		const d = difference(want[key], got[key], `${place}.${key}`);
		if (d) return d;
	}
	return null;
}

function serve(db) {
	const server = spawn(banjie, ["serve", "--db", db, "--listen", "127.0.0.1:0", "--virtual-time", now],
		{ stdio: ["ignore", "pipe", "inherit"] });
	return new Promise((ready, failed) => {
		server.on("exit", (code) => failed(new Error(`banjie serve ended with ${code}`)));
		createInterface({ input: server.stdout }).once("line", (line) =>
			ready({ server, base: line.match(/http:\/\/[^\/]+/)[0] }));
	});
}

/* One bash for all blocks, so that variables stay; each block's output on its own. */
function shell(base) {
	const bash = spawn("bash", [], { cwd: folder, stdio: ["pipe", "pipe", "inherit"], env: { ...process.env, BANJIE: base, no_proxy: "*" } });
	let wanted = null, text = "";
	bash.stdout.on("data", (data) => {
		text += data;
		if (text.includes(mark)) { const out = text.slice(0, text.indexOf(mark)); text = ""; wanted(out); }
	});
	return { run: (sh) => new Promise((done) => { wanted = done; bash.stdin.write(`${sh}\necho '${mark}'\n`); }), end: () => bash.stdin.end() };
}

let passed = 0, failed = 0;
try {
	const db = join(folder, "city.db");
	const demo = spawnSync(banjie, ["demo", "--db", db, "--now", now], { stdio: ["ignore", "inherit", "pipe"], encoding: "utf8" });
	if (demo.status !== 0) throw new Error(`banjie demo: ${demo.stderr}`);
	const { server, base } = await serve(db);
	const sh = shell(base);
	for (const block of blocks(readFileSync(join(root, "docs", "api.md"), "utf8"))) {
		const out = await sh.run(block.sh);
		let wrong = null;
		try {
			wrong = block.json && difference(JSON.parse(block.json), JSON.parse(out));
		} catch (error) {
			wrong = `${error.message}; the output was:\n${out}`;
		}
		if (wrong) {
			failed++;
			console.log(`FAIL docs/api.md:${block.line}: ${wrong}\n  rerun: node tests/api_walkthrough.mjs ${banjie}`);
		} else passed++;
		if (process.env.SHOW) console.log(`--- ${block.line}\n${block.sh}\n>>> ${out}`);
	}
	sh.end();
	server.removeAllListeners("exit");
	const ended = new Promise((done) => server.once("exit", done));
	server.kill("SIGTERM");
	const code = await ended;
	if (code !== 0) { failed++; console.log(`FAIL the server ended with ${code} on SIGTERM`); }
} catch (error) {
	failed++;
	console.log(`FAIL ${error.message}`);
}
rmSync(folder, { recursive: true, force: true });
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
