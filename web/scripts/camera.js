// camera.js - plays the recorder's HLS on the page of a look, seeks the moment asked for, and takes a still into the form.
// The player is loaded here and nowhere else.

const version = new URL(import.meta.url).search;
const box = document.querySelector("[data-camera]");
const video = box?.querySelector("video"), state = box?.querySelector("[data-camera-state]"), take = box?.querySelector("[data-camera-take]");

function say(what) { state.textContent = box.dataset[what]; }

/* Where in the recording the picture on the screen was taken, when the recorder says so. */
let instantOf = () => null;

/* hls.js first: it knows the recording's own time and can be sought by it. A browser without media source extensions plays by itself. */
async function play(url) {
	const { default: Hls } = await import(`./hls.js${version}`);
	if (!Hls.isSupported()) {
		video.src = url;
		instantOf = () => { const start = video.getStartDate?.(); return start && !Number.isNaN(start.getTime()) ? new Date(start.getTime() + video.currentTime * 1000) : null; };
		return;
	}
	const hls = new Hls({ enableWorker: false, startPosition: -1 });
	hls.on(Hls.Events.ERROR, (_, e) => { if (e.fatal) say("failed"); });
	hls.on(Hls.Events.LEVEL_UPDATED, (_, { details }) => { fragments = details.fragments; seek(); });
	hls.loadSource(url);
	hls.attachMedia(video);
	instantOf = () => {
		const at = video.currentTime, hit = fragments.find((f) => f.programDateTime && f.start <= at && at <= f.start + f.duration);
		return hit ? new Date(hit.programDateTime + (at - hit.start) * 1000) : null;
	};
}

/* The fragment that holds the moment, by EXT-X-PROGRAM-DATE-TIME. */
let sought = false, fragments = [];
function seek() {
	const wanted = Date.parse(box.dataset.seek);
	if (sought || Number.isNaN(wanted)) return;
	sought = true;
	const hit = fragments.find((f) => f.programDateTime && f.programDateTime <= wanted && wanted < f.programDateTime + f.duration * 1000);
	if (hit) video.currentTime = hit.start + (wanted - hit.programDateTime) / 1000;
}

/* Into the file field, as if it had been chosen there: the form does the rest, with or without this script. */
function takeStill() {
	const canvas = document.createElement("canvas");
	canvas.width = video.videoWidth;
	canvas.height = video.videoHeight;
	canvas.getContext("2d").drawImage(video, 0, 0);
	canvas.toBlob((blob) => {
		const files = new DataTransfer();
		files.items.add(new File([blob], "still.png", { type: "image/png" }));
		document.querySelector("#picture").files = files.files;
		document.querySelector("[data-camera-moment]").value = instantOf()?.toISOString() ?? "";
		const preview = document.querySelector("[data-camera-preview]");
		preview.querySelector("img").src = URL.createObjectURL(blob);
		preview.hidden = false;
	}, "image/png");
}

if (box) {
	video.addEventListener("playing", () => { say("playing"); take.hidden = false; });
	take.addEventListener("click", takeStill);
	play(box.dataset.camera).then(() => video.play()).catch(() => { if (!video.videoWidth) say("failed"); });
}
