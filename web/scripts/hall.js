/* hall.js - the calling screen and a number's own page: asked for again when something in the hall has changed, and called out in words, aloud if the
 * voice is switched on. Without it the page reloads by itself. */
import { live } from "./live.js";

const page = document.querySelector("#hall-live-page");
const part = document.querySelector(page.dataset.live);
const say = page.querySelector("[data-say]");
const button = page.querySelector("[data-voice]");
const english = document.documentElement.lang.startsWith("en");
let voiced = part.querySelector("[data-voiced]")?.dataset.voiced ?? "";
let aloud = false;

/* Chinese first, then English, as halls do; only the page's language where it is somebody's telephone. */
function speak(call) {
	if (!aloud || !globalThis.speechSynthesis) return;
	for (const [lang, text] of [["zh-CN", call.zh], ["en", call.en]]) {
		const words = new SpeechSynthesisUtterance(text);
		words.lang = lang;
		speechSynthesis.speak(words);
	}
}

function callOut() {
	const call = part.querySelector("[data-voiced]")?.dataset;
	if (!call || call.voiced === voiced) return;
	voiced = call.voiced;
	say.textContent = english ? call.en : call.zh;
	speak(call);
}

if (button && globalThis.speechSynthesis) {
	button.hidden = false;
	button.addEventListener("click", () => {
		aloud = !aloud;
		if (!aloud) speechSynthesis.cancel();
		button.setAttribute("aria-pressed", String(aloud));
		button.textContent = aloud ? button.dataset.on : button.dataset.off;
	});
}

live(page.dataset.events, ["hall"], (html) => { part.innerHTML = html; callOut(); });

/* A kiosk goes back to its first page when nobody touches it. */
if (page.dataset.home) {
	const HOME_AFTER_MS = 30000;
	let timer = setTimeout(home, HOME_AFTER_MS);
	function home() { location.href = page.dataset.home; }
	for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, () => { clearTimeout(timer); timer = setTimeout(home, HOME_AFTER_MS); });
}
