/* keys.js - one key for each button and link that names one (data-key); j, k and the arrows move along the rows (data-row). They rest while one types,
 * and can be switched off for good (WCAG 2.1.4). Without this every one of them is a button or a link as ever. */
const STORE = "banjie-keys-off";
const legend = document.querySelector(".bj-keys");
const button = document.querySelector("[data-keys-switch]");
let off = localStorage.getItem(STORE) === "1";

function show() {
	button.hidden = false;
	button.textContent = off ? button.dataset.off : button.dataset.on;
	button.setAttribute("aria-pressed", String(!off));
	legend.classList.toggle("bj-keys--off", off);
}

button.addEventListener("click", () => {
	off = !off;
	if (off) localStorage.setItem(STORE, "1"); else localStorage.removeItem(STORE);
	show();
});
show();

function typing(target) {
	return target.isContentEditable || (target.matches("input, textarea, select") && !["button", "submit", "radio", "checkbox"].includes(target.type));
}

function move(by) {
	const rows = [...document.querySelectorAll("[data-row]")].filter((row) => row.offsetParent);
	if (!rows.length) return;
	const now = rows.indexOf(document.activeElement);
	const next = now < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, now + by));
	rows[next].focus();
	rows[next].scrollIntoView({ block: "nearest" });
}

document.addEventListener("focusin", (event) => {
	for (const row of document.querySelectorAll(".bj-row--on")) row.classList.remove("bj-row--on");
	if (event.target.matches("[data-row]")) event.target.closest("tr, li")?.classList.add("bj-row--on");
});

/* Who waits is shown as it is: the list is asked for again when something in the hall has changed, unless one is just moving in it. */
const waiting = document.querySelector("#waiting");
async function refresh() {
	const answer = await fetch(location.href, { headers: { accept: "text/html" } });
	const fresh = answer.ok ? new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("#waiting") : null;
	if (fresh && !waiting.contains(document.activeElement)) waiting.innerHTML = fresh.innerHTML;
}
if (waiting) new EventSource(waiting.dataset.events).addEventListener("hall", () => refresh().catch(() => { /* the stream comes back and asks again */ }));

/* Fields and headings are gone to, buttons and links pressed. */
function use(target) {
	if (target.matches("input, select, h2")) { target.focus(); target.scrollIntoView({ block: "nearest" }); } else target.click();
}

document.addEventListener("keydown", (event) => {
	if (event.key === "Escape" && typing(event.target)) { event.target.blur(); return; }
	if (off || event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.repeat && !/^(j|k|Arrow)/.test(event.key) || typing(event.target)) return;
	const by = { j: 1, k: -1, ArrowDown: 1, ArrowUp: -1 }[event.key];
	const target = by ? null : document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
	if (!by && !target) return;
	event.preventDefault();
	if (by) move(by); else use(target);
});
