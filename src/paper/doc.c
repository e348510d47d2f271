/* doc.c - a document is a list of blocks; nothing is drawn before paper_pdf. */
#include "paper/paper_int.h"

void paper_doc_init(struct paper_doc *doc, struct arena *a)
{
	*doc = (struct paper_doc){ .arena = a };
}

static struct paper_block *block_new(struct paper_doc *doc, enum paper_block_kind kind)
{
	static _Thread_local struct paper_block none; /* written to and never read once memory has run out */
	struct paper_block *b = arena_new(doc->arena, struct paper_block);
	if (!b) {
		doc->failed = ERR_NOMEM;
		return &none;
	}
	b->kind = kind;
	if (doc->last)
		doc->last->next = b;
	else
		doc->first = b;
	doc->last = b;
	return b;
}

void paper_heading(struct paper_doc *doc, int level, struct str text)
{
	struct paper_block *b = block_new(doc, BLOCK_HEADING);
	b->level = level < 1 ? 1 : level > 3 ? 3 : level;
	b->text = text;
}

void paper_paragraph(struct paper_doc *doc, struct str text)
{
	block_new(doc, BLOCK_PARAGRAPH)->text = text;
}

void paper_note(struct paper_doc *doc, struct str text)
{
	block_new(doc, BLOCK_NOTE)->text = text;
}

void paper_put_table(struct paper_doc *doc, const struct paper_table *t)
{
	if (t->width == 0 || t->width > PAPER_COLUMNS_MAX || t->rows > PAPER_ROWS_MAX || t->total_rows > t->rows)
		doc->failed = ERR_LIMIT;
	else
		block_new(doc, BLOCK_TABLE)->table = t;
}

void paper_put_chart(struct paper_doc *doc, const struct paper_chart *c)
{
	if (c->count == 0 || c->series_count == 0 || c->series_count > PAPER_SERIES_MAX)
		doc->failed = ERR_LIMIT;
	else
		block_new(doc, BLOCK_CHART)->chart = c;
}

void paper_break(struct paper_doc *doc)
{
	block_new(doc, BLOCK_BREAK);
}

void paper_seal(struct paper_doc *doc, struct str organ, struct str date, struct str code)
{
	struct paper_block *b = block_new(doc, BLOCK_SEAL);
	b->text = organ;
	b->date = date;
	b->code = code;
}
