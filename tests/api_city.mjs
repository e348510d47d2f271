// api_city.mjs - a fresh demo city, served in demonstration time, for the tests of the API.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { cityPlace } from "./city_place.mjs";

export const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
export const banjie = resolve(process.argv[2] ?? join(root, "build", "banjie"));
// a build folder may lie anywhere; the data lies here
const env = { ...process.env, BANJIE_DATA: process.env.BANJIE_DATA ?? root };
const now = "2026-03-31T09:00:00+08:00";

/* {base, folder, stop}: stop gives the server's exit status. */
export async function startCity() {
	const folder = mkdtempSync(join(tmpdir(), "banjie-api-")), db = cityPlace(folder);
	const demo = spawnSync(banjie, ["demo", "--db", db, "--now", now], { stdio: ["ignore", "inherit", "pipe"], encoding: "utf8", env });
	if (demo.status !== 0) throw new Error(`banjie demo: ${demo.stderr}`);
	const server = spawn(banjie, ["serve", "--db", db, "--listen", "127.0.0.1:0", "--virtual-time", now], { stdio: ["ignore", "pipe", "inherit"], env });
	const base = await new Promise((ready, failed) => {
		server.on("exit", (code) => failed(new Error(`banjie serve ended with ${code}`)));
		createInterface({ input: server.stdout }).once("line", (line) => ready(line.match(/http:\/\/[^/]+/)[0]));
	});
	const stop = async () => {
		server.removeAllListeners("exit");
		const ended = new Promise((done) => server.once("exit", done));
		server.kill("SIGTERM");
		const code = await ended;
		rmSync(folder, { recursive: true, force: true });
		return code;
	};
	return { base, folder, stop };
}
