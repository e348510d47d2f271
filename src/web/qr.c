/* qr.c - a text as a QR code to be looked at with a telephone. */
#include <qrencode.h>

#include "web/web.h"

/* Dark modules as one path; a quiet zone of four around (ISO/IEC 18004). */
struct str web_qr_svg(struct arena *a, struct str text)
{
	enum { QUIET = 4 };
	const char *z = arena_z(a, text);
	QRcode *qr = z ? QRcode_encodeString8bit(z, 0, QR_ECLEVEL_M) : NULL;
	struct buf b;
	struct str out = S("");
	if (!qr)
		return out;
	int size = qr->width + 2 * QUIET;
	buf_init_in(&b, a, 256 << 10);
	struct str head = arena_printf(a, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"200\" height=\"200\" role=\"img\" aria-label=\"QR\">"
	                                  "<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/><path d=\"", size, size, size, size);
	buf_put(&b, head);
	for (int y = 0; y < qr->width; y++)
		for (int x = 0; x < qr->width; x++)
			if (qr->data[y * qr->width + x] & 1)
				buf_put(&b, arena_printf(a, "M%d %dh1v1h-1z", x + QUIET, y + QUIET));
	QRcode_free(qr);
	buf_putz(&b, "\" fill=\"#0b0c0c\"/></svg>");
	return buf_finish(&b, &out) == OK ? out : S("");
}
