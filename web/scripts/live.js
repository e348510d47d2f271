/* live.js - a part of a page that stays as it is now. The stream only says that something changed; the server draws the part again.
 *
 * What happened while nobody listened is told to nobody: whoever comes to listen asks. An answer that is no stream (a proxy's while the server
 * restarts, 503 where too many listen) ends an EventSource for good: another is begun, and until then the page asks now and then. */
const AGAIN_MS = 5000, SOON_MS = 300;

/* `kinds`: the events after which `draw` gets the part anew, as HTML. `say`: is the page live? */
export function live(address, kinds, draw, say = () => {}) {
	let open = false, busy = false, again = false, planned = false;
	const later = (what) => setTimeout(what, AGAIN_MS * (1 + Math.random())); /* not all pages at the same moment */

	async function ask() {
		const url = new URL(location.href);
		url.searchParams.set("part", "live");
		const answer = await fetch(url, { headers: { accept: "text/html" } });
		if (!answer.ok) throw new Error(String(answer.status));
		if (answer.redirected) location.reload(); /* to the login, as a page and not as a part of one */
		else draw(await answer.text());
	}

	function refreshLater() {
		if (!planned) later(() => { planned = false; refresh(); });
		planned = true;
	}

	async function refresh() {
		if (busy) { again = true; return; }
		busy = true;
		try {
			await ask();
			say(open);
		} catch {
			say(false);
			refreshLater();
		}
		busy = false;
		if (again) { again = false; setTimeout(refresh, SOON_MS); }
	}

	function listen() {
		const events = new EventSource(address);
		events.addEventListener("open", () => {
			open = true;
			refresh();
		});
		events.addEventListener("error", () => {
			say(open = false);
			if (events.readyState !== EventSource.CLOSED) return; /* it comes back by itself */
			later(listen);
			refreshLater();
		});
		for (const kind of [...kinds, "reload"]) events.addEventListener(kind, refresh);
	}

	listen();
}
