// live.test.mjs - a board or a screen of the hall stays current whatever happens to its stream: without a browser, in time of the test's own.
import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { live } from "../../web/scripts/live.js";

const LONG_MS = 10000; // longer than any pause of the page
let streams, asked, answer, drawn, said, reloads;

class Stream extends EventTarget {
	static CLOSED = 2;
	readyState = 0;
	constructor() { super(); streams.push(this); }
	tell(kind, state = 1) { this.readyState = state; this.dispatchEvent(new Event(kind)); }
}

// whatever waits for no time is done
const settle = async () => { for (let i = 0; i < 20; i++) await Promise.resolve(); };
const pass = async (ms) => { mock.timers.tick(ms); await settle(); };
const part = (text) => ({ ok: true, redirected: false, text: async () => text });

beforeEach(() => {
	mock.timers.reset();
	mock.timers.enable({ apis: ["setTimeout"] });
	[streams, asked, drawn, said, reloads] = [[], 0, [], [], 0];
	answer = async () => part(`part ${asked}`);
	globalThis.EventSource = Stream;
	globalThis.location = { href: "http://here/board?organ=1", reload: () => { reloads++; } };
	globalThis.fetch = async (url) => { asked++; assert.equal(String(url), "http://here/board?organ=1&part=live"); return answer(); };
	live("/board/events", ["board"], (html) => drawn.push(html), (on) => said.push(on));
});

test("who comes to listen asks for what he has missed", async () => {
	streams[0].tell("open");
	await settle();
	assert.deepEqual(drawn, ["part 1"]);
	streams[0].tell("error", 0); // away, and back by itself
	streams[0].tell("open");
	await settle();
	assert.deepEqual(drawn, ["part 1", "part 2"]);
	assert.equal(streams.length, 1);
	assert.equal(said.at(-1), true);
});

test("each change is drawn, and one that was too slow draws anew", async () => {
	streams[0].tell("open");
	await settle();
	for (const kind of ["board", "reload"]) { streams[0].tell(kind); await settle(); }
	assert.equal(drawn.length, 3);
	streams[0].tell("hall");
	await settle();
	assert.equal(drawn.length, 3);
});

test("an answer that is no stream is not the end: the page asks meanwhile and listens again", async () => {
	streams[0].tell("error", Stream.CLOSED);
	assert.equal(said.at(-1), false);
	for (let i = 1; i <= 5; i++) {
		await pass(LONG_MS);
		assert.equal(streams.length, i + 1);
		assert.equal(drawn.length, i);
		assert.equal(said.at(-1), false);
		streams[i].tell("error", Stream.CLOSED);
	}
	await pass(LONG_MS);
	streams.at(-1).tell("open");
	await settle();
	assert.equal(said.at(-1), true);
});

test("a part that is refused is asked for again, however often, by one question at a time", async () => {
	answer = async () => ({ ok: false, status: 503 });
	streams[0].tell("open");
	for (let i = 0; i < 10; i++) { streams[0].tell("board"); await settle(); }
	const before = asked;
	await pass(LONG_MS);
	await pass(LONG_MS);
	assert.ok(asked > before && asked <= before + 4, `${asked - before} questions`);
	assert.equal(said.at(-1), false);
	answer = async () => part("well");
	await pass(LONG_MS);
	assert.equal(drawn.at(-1), "well");
	assert.equal(said.at(-1), true);
});

test("whoever is logged out sees the login as a page", async () => {
	answer = async () => ({ ok: true, redirected: true, text: async () => "login" });
	streams[0].tell("open");
	await settle();
	assert.equal(reloads, 1);
	assert.deepEqual(drawn, []);
});
