// recorder.mjs - a hall's recorder for the tests: ffmpeg's test source as HLS with H.264, served with the header that lets the site's page use it.
import { execFile } from "node:child_process";
import { createServer } from "node:http";
import { mkdtempSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";

const types = { ".m3u8": "application/vnd.apple.mpegurl", ".ts": "video/mp2t" };

export async function openRecorder(allowed) {
	const folder = mkdtempSync(join(tmpdir(), "banjie-recorder-"));
	await promisify(execFile)("ffmpeg", ["-loglevel", "error", "-f", "lavfi", "-i", "testsrc=size=640x360:rate=10", "-t", "10", "-c:v", "libx264", "-preset", "ultrafast",
		"-pix_fmt", "yuv420p", "-g", "10", "-f", "hls", "-hls_time", "1", "-hls_list_size", "0", "-hls_flags", "program_date_time", join(folder, "live.m3u8")]);
	const asked = [];
	const server = createServer(async (request, reply) => {
		const name = basename(new URL(request.url, "http://recorder").pathname);
		asked.push(request.url);
		try {
			const bytes = await readFile(join(folder, name));
			reply.writeHead(200, { "Content-Type": types[name.slice(name.lastIndexOf("."))] ?? "application/octet-stream", "Access-Control-Allow-Origin": allowed });
			reply.end(bytes);
		} catch { reply.writeHead(404).end(); }
	});
	await new Promise((done) => server.listen(0, "127.0.0.1", done));
	return {
		url: `http://127.0.0.1:${server.address().port}`, asked,
		close() { server.closeAllConnections(); server.close(); rmSync(folder, { recursive: true, force: true }); },
	};
}
