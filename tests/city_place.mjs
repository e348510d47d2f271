// city_place.mjs - where a test's city lives: a file in its folder, or a schema of its own at the server that
// BANJIE_TEST_STORE names (tools/with-postgresql).
import { execFileSync } from "node:child_process";
import { basename, join } from "node:path";

export function cityPlace(folder) {
	const server = process.env.BANJIE_TEST_STORE;
	if (!server) return join(folder, "city.db");
	const schema = basename(folder).replace(/\W/g, "_").toLowerCase();
	execFileSync("psql", ["-q", server, "-c", `CREATE SCHEMA ${schema}`], { stdio: ["ignore", "inherit", "inherit"] });
	return `${server}${server.includes("?") ? "&" : "?"}options=-csearch_path%3D${schema}`;
}
