// api_walkthrough.mjs - runs the commands of docs/api.md, exactly as they stand there, against a fresh demo city and
// compares what they print with the JSON that follows them.
//   node tests/api_walkthrough.mjs build/banjie
// A ```json block after a ```sh block holds what must be in the output: members given must be there with that value,
// more may be; "…" stands for any value; a list must have those elements in that order at its beginning.
// Needs bash, curl and jq.
import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { banjie, root, startCity } from "./api_city.mjs";

const mark = "--- end of block ---";

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

/* One bash for all blocks, so that variables stay; each block's output on its own. */
function shell({ base, folder }) {
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
	const city = await startCity();
	const sh = shell(city);
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
	const code = await city.stop();
	if (code !== 0) { failed++; console.log(`FAIL the server ended with ${code} on SIGTERM`); }
} catch (error) {
	failed++;
	console.log(`FAIL ${error.message}`);
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
