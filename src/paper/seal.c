/* seal.c - the end of a formal page: organ, date and a place for the seal, with a code that leads to the record. */
#include <qrencode.h>

#include "paper/paper_int.h"

static const double SIZE = 72;

static void draw_code(struct paper_pen *p, struct str code, double x, double y)
{
	const char *z = arena_z(p->arena, code);
	QRcode *qr = z ? QRcode_encodeString(z, 0, QR_ECLEVEL_M, QR_MODE_8, 1) : NULL;
	if (!qr) {
		p->failed = ERR_LIMIT; /* too long for any code, or no memory */
		return;
	}
	double dot = SIZE / qr->width;
	for (int i = 0; i < qr->width * qr->width; i++)
		if (qr->data[i] & 1)
			cairo_rectangle(p->cairo, x + i % qr->width * dot, y + i / qr->width * dot, dot, dot);
	cairo_fill(p->cairo);
	QRcode_free(qr);
}

void paper_draw_seal(struct paper_pen *p, const struct paper_block *b)
{
	paper_need(p, SIZE + 24);
	p->y += 14;
	if (b->code.len)
		draw_code(p, b->code, p->left, p->y);
	paper_label(p, b->text, 10.5, PAPER_PLAIN, p->right - 20, p->y + 18, 1);
	paper_label(p, b->date, 10.5, PAPER_PLAIN, p->right - 20, p->y + 38, 1);
	p->y += SIZE + 10;
}
