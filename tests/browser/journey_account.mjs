// journey_account.mjs - logging in: a second factor from setting up to a recovery code, sessions ended elsewhere, a new
// password; through an outside identity provider (npm's oidc-provider); and this program as the provider of another system
// (npm's openid-client).
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { Issuer, generators } from "openid-client";
import Provider from "oidc-provider";
import { login, look, lookOnPhone, openCity } from "./harness.mjs";

let city;
before(async () => { city = await openCity(); });
after(async () => { await city?.close(); });

const both = async (page, name, options) => { await look(page, name, options); await lookOnPhone(page, name, options); };
const refusal = (page) => page.locator(".govuk-error-summary").innerText();

/* RFC 6238 once more, in the test's own words. */
function totp(secret, seconds) {
	const bits = [...secret].map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0")).join("");
	const key = Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)));
	const message = Buffer.alloc(8);
	message.writeBigUInt64BE(BigInt(Math.floor(seconds / 30)));
	const digest = createHmac("sha1", key).update(message).digest(), at = digest[19] & 15;
	return String((digest.readUInt32BE(at) & 0x7fffffff) % 1e6).padStart(6, "0");
}
const cityTime = async (page) => Date.parse((await (await page.request.get("/api/v1/clock")).json()).now) / 1000;

test("a second factor is set up, asked for, counts once, has codes for a lost phone, and goes off with the password", async () => {
	const me = await city.person("huangting");
	await me.page.goto("/account");
	await both(me.page, "account");
	await me.page.locator('a[href="/account/factor"]').click();
	await both(me.page, "account-factor", { code: true });
	const secret = await me.page.inputValue('input[name="secret"]');
	await me.page.fill("#code", "000000");
	await me.page.locator("main form button").click();
	assert.match(await refusal(me.page), /不正确/);
	assert.equal(await me.page.inputValue('input[name="secret"]'), secret, "the key stays the same while one tries");
	const now = await cityTime(me.page);
	await me.page.fill("#code", totp(secret, now));
	await me.page.locator("main form button").click();
	const recovery = await me.page.locator("ul.bj-mono li").allInnerTexts();
	assert.equal(recovery.length, 8);
	await both(me.page, "account-recovery", { code: true });

	const again = await city.visitor();
	const begin = async () => {
		await again.page.goto("/login");
		await again.page.fill("#login", "huangting");
		await again.page.fill("#password", me.account.password);
		await again.page.click('main form[action="/login"] button[type="submit"]');
		await again.page.waitForSelector("#code");
	};
	const enter = async (code) => { await again.page.fill("#code", code); await again.page.locator("main form button").click(); };
	await begin();
	await both(again.page, "account-code");
	await enter("123456");
	assert.match(await refusal(again.page), /不正确/);
	await enter(totp(secret, now));
	assert.match(await refusal(again.page), /不正确|已用过/, "the code of setting up counts once");
	await enter(totp(secret, now + 30));
	assert.equal(new URL(again.page.url()).pathname, "/staff");
	await again.page.locator('form[action="/logout"] button').click();
	await begin();
	await enter(recovery[0].toLowerCase() === recovery[0] ? recovery[0] : recovery[0]);
	assert.equal(new URL(again.page.url()).pathname, "/staff");
	await again.page.locator('form[action="/logout"] button').click();
	await begin();
	await enter(recovery[0]);
	assert.match(await refusal(again.page), /不正确/, "a recovery code works once");

	await me.page.goto("/account");
	await me.page.fill("#old-off", "not-the-password");
	await me.page.locator('form[action="/account/factor/off"] button').click();
	assert.match(await refusal(me.page), /现在的密码不正确/);
	await me.page.fill("#old-off", me.account.password);
	await me.page.locator('form[action="/account/factor/off"] button').click();
	assert.match(await me.page.locator(".bj-flash").innerText(), /已关闭/);
});

test("a session elsewhere is seen and ended; the password changes", async () => {
	const here = await city.person("zhoutao"), there = await city.person("zhoutao");
	await here.page.goto("/account");
	assert.equal(await here.page.locator('form[action="/account/sessions"] input[name="handle"]').count(), 1);
	await here.page.locator('form[action="/account/sessions"] button').first().click();
	await there.page.goto("/account");
	assert.match(there.page.url(), /\/login/);
	await here.page.fill("#old", here.account.password);
	await here.page.fill("#new", "1234567890");
	await here.page.locator('form[action="/account/password"] button').click();
	assert.match(await refusal(here.page), /容易/);
	await here.page.fill("#old", here.account.password);
	await here.page.fill("#new", "一条没有人猜得到的长口令");
	await here.page.locator('form[action="/account/password"] button').click();
	assert.match(await here.page.locator(".bj-flash").innerText(), /已修改/);
	const again = await city.visitor();
	await login(again.page, { login: "zhoutao", password: "一条没有人猜得到的长口令" });
	assert.equal(new URL(again.page.url()).pathname, "/staff");
});

test("an outside identity provider logs people in", async () => {
	const port = await new Promise((done) => { const s = createServer().listen(0, "127.0.0.1", () => { const { port } = s.address(); s.close(() => done(port)); }); });
	const issuer = `http://127.0.0.1:${port}`;
	const provider = new Provider(issuer, {
		clients: [{ client_id: "banjie", client_secret: "a-secret-of-the-test", redirect_uris: [`${city.url}/login/sso/callback`] }],
		pkce: { required: () => true, methods: ["S256"] }, conformIdTokenClaims: false,
		claims: { openid: ["sub"], profile: ["name", "preferred_username"] },
		findAccount: (ctx, id) => ({ accountId: id, claims: () => ({ sub: id, name: id, preferred_username: id.replace(/^sub-/, "") }) }),
	});
	const server = provider.listen(port, "127.0.0.1");
	try {
		const admin = await city.person((a) => a.role === "admin");
		await admin.page.goto("/office/login");
		await both(admin.page, "account-office", { code: true });
		await admin.page.fill("#issuer", issuer);
		await admin.page.fill("#p-client", "banjie");
		await admin.page.fill("#secret", "a-secret-of-the-test");
		await admin.page.fill("#p-name", "云溪统一身份");
		await admin.page.check("#link");
		await admin.page.locator('form[action="/office/login/provider"] button').click();

		const visit = async (who) => {
			const v = await city.visitor();
			await v.page.goto("/login");
			await v.page.locator('a[href^="/login/sso"]').click();
			await v.page.fill('input[name="login"]', who);
			await v.page.fill('input[name="password"]', "x");
			await v.page.locator('button[type="submit"]').click();
			await v.page.locator('button[type="submit"]').click(); // the provider's consent
			await v.page.waitForURL((url) => url.origin === city.url);
			return v;
		};
		const { page } = await visit("sub-wangfang");
		assert.equal(new URL(page.url()).pathname, "/staff");
		assert.match(await page.locator(".bj-header__who").innerText(), /王芳/);
		const nobody = await visit("sub-nobody-here");
		assert.match(await nobody.page.locator("main").innerText(), /未关联/);
		// an answer that this browser did not ask for logs nobody in
		const stranger = await city.visitor();
		const answer = await stranger.page.goto("/login/sso/callback?code=abc&state=def");
		assert.equal(answer.status(), 422);
		await stranger.page.goto("/account");
		assert.match(stranger.page.url(), /\/login/);
	} finally {
		server.closeAllConnections?.();
		server.close();
	}
});

test("another system logs people in here: discovery, code flow with PKCE, user info, and nothing for who bends it", async () => {
	const admin = await city.person((a) => a.role === "admin");
	let back = "";
	const archive = createServer((request, answer) => {
		if (request.url.startsWith("/callback")) back = new URL(request.url, "http://127.0.0.1").href;
		answer.setHeader("Content-Type", "text/html");
		answer.end("<title>back</title>");
	});
	await new Promise((done) => archive.listen(0, "127.0.0.1", done));
	const callback = `http://127.0.0.1:${archive.address().port}/callback`;
	await admin.page.goto("/office/login");
	await admin.page.fill("#client_id", "archive");
	await admin.page.fill("#name", "档案系统");
	await admin.page.fill("#redirect_uris", "http://evil.example/");
	await admin.page.locator('form[action="/office/login/clients"] button').last().click();
	assert.match(await refusal(admin.page), /回调地址/);
	await admin.page.fill("#client_id", "archive");
	await admin.page.fill("#name", "档案系统");
	await admin.page.fill("#redirect_uris", callback);
	await admin.page.locator('form[action="/office/login/clients"] button').last().click();
	const secret = (await admin.page.locator(".bj-flash").innerText()).match(/[\w-]{43}/)[0];

	const issuer = await Issuer.discover(city.url);
	const client = new issuer.Client({ client_id: "archive", client_secret: secret, redirect_uris: [callback], response_types: ["code"] });
	// this program's demonstration time stands; the client's own clock is the real one
	client[(await import("openid-client")).custom.clock_tolerance] = 400 * 24 * 3600;
	const verifier = generators.codeVerifier(), state = generators.state(), nonce = generators.nonce();
	const ask = (more = {}) => client.authorizationUrl({ scope: "openid profile", state, nonce, code_challenge: generators.codeChallenge(verifier), code_challenge_method: "S256", ...more });

	const me = await city.visitor();
	await me.page.goto(ask());
	assert.match(me.page.url(), /\/login\?next=/, "who is not logged in logs in first");
	await me.page.fill("#login", "wangfang");
	await me.page.fill("#password", city.accounts[0].password);
	await me.page.click('main form[action="/login"] button[type="submit"]');
	await me.page.waitForURL((url) => url.href.startsWith(callback));
	const params = client.callbackParams(back);
	await assert.rejects(client.callback(callback, params, { code_verifier: generators.codeVerifier(), state, nonce }), /invalid_grant/, "another's verifier");
	await me.page.goto(ask());
	const again = client.callbackParams(back);
	const tokens = await client.callback(callback, again, { code_verifier: verifier, state, nonce });
	assert.equal(tokens.claims().preferred_username, "wangfang");
	assert.equal(tokens.claims().name, "王芳");
	assert.ok(tokens.claims().roles.includes("clerk"));
	await assert.rejects(client.callback(callback, again, { code_verifier: verifier, state, nonce }), /invalid_grant/, "a code is good once");
	assert.equal((await client.userinfo(tokens.access_token)).preferred_username, "wangfang");
	await assert.rejects(client.userinfo(tokens.id_token), /invalid_token|401/, "an identity is no key");
	const thief = new issuer.Client({ client_id: "archive", client_secret: "not-it", redirect_uris: [callback], response_types: ["code"] });
	await me.page.goto(ask());
	await assert.rejects(thief.callback(callback, client.callbackParams(back), { code_verifier: verifier, state, nonce }), /invalid_client/);
	// without PKCE the other system is told; an unknown way back gets nobody anywhere
	await me.page.goto(ask({ code_challenge: undefined, code_challenge_method: undefined }));
	assert.match(back, /error=invalid_request/);
	const answer = await me.page.goto(ask({ redirect_uri: callback.replace("callback", "elsewhere") }));
	assert.equal(answer.status(), 400);
	assert.match(me.page.url(), new RegExp(`^${city.url}`));
	archive.closeAllConnections?.();
	archive.close();
});
