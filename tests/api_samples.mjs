// api_samples.mjs - asks every address that can be read in a demo city and holds the answers to the schemas of
// /api/openapi.json.
//   node tests/api_samples.mjs build/banjie
import { startCity } from "./api_city.mjs";

const logins = { citizen: "linxiao", clerk: "wangfang", reviewer: "zhangmin", inspector: "liuwei", expert: "wuyan", head: "chenjie",
	supervisor: "lvping", auditor: "jiangnan", admin: "caijing" };
let passed = 0, failed = 0, base = "", schemas = {};

function typeOf(v) {
	if (v === null) return "null";
	if (Array.isArray(v)) return "array";
	return Number.isInteger(v) ? "integer" : typeof v;
}

/* What is wrong with the value, as a sentence; null when nothing is. The keywords of components.json, all of them. */
function wrong(schema, v, place) {
	if (schema.$ref) return wrong(schemas[schema.$ref.split("/").at(-1)], v, place);
	if (schema.type) {
		const types = [schema.type].flat();
		if (!types.includes(typeOf(v)) && !(typeOf(v) === "integer" && types.includes("number")))
			return `${place} is ${JSON.stringify(v)}, should be ${types.join(" or ")}`;
	}
	if (schema.enum && !schema.enum.includes(v)) return `${place} is ${JSON.stringify(v)}, none of ${schema.enum}`;
	if (schema.anyOf && schema.anyOf.every((s) => wrong(s, v, place))) return `${place}: ${wrong(schema.anyOf[0], v, place)}`;
	for (const s of schema.allOf ?? []) { const w = wrong(s, v, place); if (w) return w; }
	if (typeOf(v) === "object") {
		for (const key of schema.required ?? []) if (!(key in v)) return `${place} lacks ${key}`;
		for (const [key, value] of Object.entries(v)) {
			const s = schema.properties?.[key] ?? (typeof schema.additionalProperties === "object" ? schema.additionalProperties : null);
			if (!s && schema.additionalProperties === false) return `${place}.${key} is not in the schema`;
			const w = s && wrong(s, value, `${place}.${key}`);
			if (w) return w;
		}
	}
	if (typeOf(v) === "array" && schema.items)
		for (const [i, value] of v.entries()) { const w = wrong(schema.items, value, `${place}[${i}]`); if (w) return w; }
	if (schema.minimum !== undefined && v < schema.minimum) return `${place} is below ${schema.minimum}`;
	if (schema.maximum !== undefined && v > schema.maximum) return `${place} is above ${schema.maximum}`;
	return null;
}

async function token(login) {
	const answer = await fetch(`${base}/api/v1/tokens`, { method: "POST", body: '{"name":"samples"}',
		headers: { "content-type": "application/json", authorization: `Basic ${btoa(`${login}:yunxi-demo`)}` } });
	return (await answer.json()).token;
}

async function get(path, secret) {
	const answer = await fetch(base + path, { headers: secret ? { authorization: `Bearer ${secret}` } : {} });
	return { status: answer.status, type: answer.headers.get("content-type") ?? "", body: await answer.text() };
}

/* What stands for the {names} of paths: things that the demo city has. */
async function samples(tokens) {
	const json = async (path, role) => JSON.parse((await get(path, tokens[role])).body);
	const cases = await json("/api/v1/cases?limit=200", "supervisor"), items = await json("/api/v1/items", "clerk");
	const own = await json("/api/v1/my/cases", "citizen");
	const kinds = new Map(cases.rows.map((row) => [row.item.impl_code + row.state, row.case_no]));
	return { impl_code: items.rows.slice(0, 5).map((i) => i.impl_code), case_no: [...kinds.values(), ...own.rows.map((c) => c.case_no)].slice(0, 40),
		year: ["2025", "2026", "2027"], code: ["food-business-licence", "construction-permit"], "posts/code": ["market-head", "market-clerk"],
		"regions/code": (await json("/api/v1/regions", "admin")).rows.slice(0, 3).map((r) => r.code), "organs/code": (await json("/api/v1/organs", "admin")).rows.slice(0, 3).map((o) => o.code),
		login: ["linxiao", "wangfang"], name: (await json("/api/v1/settings", "admin")).rows.slice(0, 5).map((s) => s.name),
		"windows/code": (await json("/api/v1/windows", "supervisor")).rows.map((w) => w.code).slice(0, 3), "devices/code": (await json("/api/v1/devices", "supervisor")).rows.map((d) => d.code).slice(0, 3),
		"windows/window": ["w1", "w6"], ticket: (await json("/api/v1/hall/queue", "supervisor")).rows.map((t) => t.ticket).slice(0, 10),
		booking_no: (await json("/api/v1/hall/bookings?state=booked", "supervisor")).rows.map((b) => b.booking_no).slice(0, 5),
		"complaints/case_no": (await json("/api/v1/complaints", "supervisor")).rows.map((c) => c.case_no).slice(0, 10),
		"schemes/code": (await json("/api/v1/gauge/schemes", "admin")).rows.map((s) => s.code) };
}

async function check(path, operation, secret) {
	const { status, type, body } = await get(path, secret);
	const answer = operation.responses[status];
	const schema = answer?.content?.["application/json"]?.schema;
	let w = null;
	if (!answer) w = `status ${status}: ${body.slice(0, 200)}`;
	else if (!type.startsWith("application/json")) w = `content type ${type}`;
	else w = wrong(schema, JSON.parse(body), "answer");
	if (w) { failed++; console.log(`FAIL GET ${path}: ${w}`); } else passed++;
}

const city = await startCity();
try {
	base = city.base;
	const document = JSON.parse((await get("/api/openapi.json")).body);
	schemas = document.components.schemas;
	const tokens = {};
	for (const [role, login] of Object.entries(logins)) tokens[role] = await token(login);
	const known = await samples(tokens);
	const query = { "/api/v1/deadline": "?start=2025-09-26&limit=20&unit=working-days",
		"/api/v1/hall/slots": `?item=${known.impl_code[0]}` };
	const skip = /\/track$|\/events$|\/drafts\/|\/documents\//; // a secret, a stream, drafts and bytes: the walk-through has them
	for (const [path, methods] of Object.entries(document.paths)) {
		const operation = methods.get, names = [...path.matchAll(/{(\w+)}/g)].map((m) => m[1]);
		if (!operation || skip.test(path) || names.some((n) => !known[n])) continue;
		// whoever sees most: supervision before a clerk
		const role = ["supervisor", "auditor", "admin", "head", "clerk", "citizen"].find((r) => operation["x-roles"].includes(r));
		const before = names.length ? path.split("/")[path.split("/").indexOf(`{${names[0]}}`) - 1] : "";
		const values = names.length ? known[`${before}/${names[0]}`] ?? known[names[0]] : [""];
		for (const value of values) await check(path.replace(/{\w+}/, value) + (query[path] ?? ""), operation, tokens[role]);
	}
	if (passed < 50) { failed++; console.log("FAIL hardly anything was asked: is the city empty?"); }
} catch (error) {
	failed++;
	console.log(`FAIL ${error.stack}`);
}
await city.stop();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
