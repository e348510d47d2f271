/* pdf.c - blocks onto A4 pages. Drawn twice: the first time into nothing, to know how many pages there are. */
#include <cairo-pdf.h>

#include "paper/paper_int.h"

enum { PDF_BYTES_MAX = 512 << 20 };
static const double A4_SHORT = 595.276, A4_LONG = 841.89, MARGIN = 51, HEAD = 62, FOOT = 56;

/* ---- pages ---- */

static void page_frame(struct paper_pen *p)
{
	char number[32];
	paper_grey(p, 0.35);
	if (p->doc->header.len) {
		paper_label(p, p->doc->header, 8, PAPER_PLAIN, p->left, 32, 0);
		cairo_set_line_width(p->cairo, 0.4);
		cairo_move_to(p->cairo, p->left, 47);
		cairo_line_to(p->cairo, p->right, 47);
		cairo_stroke(p->cairo);
	}
	paper_label(p, p->doc->footer, 8, PAPER_PLAIN, p->left, p->height - 40, 0);
	snprintf(number, sizeof number, "%d/%d", p->page, p->pages);
	paper_label(p, str_of(number), 8, PAPER_PLAIN, p->right, p->height - 40, 1);
	paper_grey(p, 0);
}

void paper_page_end(struct paper_pen *p)
{
	page_frame(p);
	cairo_show_page(p->cairo);
	p->page++;
	p->y = p->top;
	if (p->page > PAPER_PAGES_MAX)
		p->failed = ERR_LIMIT;
}

void paper_need(struct paper_pen *p, double space)
{
	if (p->y + space > p->bottom && p->y > p->top)
		paper_page_end(p);
}

/* ---- blocks of text ---- */

/* Line by line, so that a long paragraph goes on on the next page. */
static void draw_text(struct paper_pen *p, struct str text, double size, enum paper_weight weight, double behind)
{
	PangoLayout *l = paper_layout(p, text, size, weight, p->right - p->left);
	for (int i = 0; i < pango_layout_get_line_count(l) && p->failed == OK; i++) {
		PangoLayoutLine *line = pango_layout_get_line_readonly(l, i);
		PangoRectangle box;
		pango_layout_line_get_extents(line, NULL, &box);
		double height = (double)box.height / PANGO_SCALE * 1.2;
		paper_need(p, height);
		cairo_move_to(p->cairo, p->left + (double)box.x / PANGO_SCALE, p->y - (double)box.y / PANGO_SCALE);
		pango_cairo_show_layout_line(p->cairo, line);
		p->y += height;
	}
	g_object_unref(l);
	p->y += behind;
}

/* The least that must stand on the same page as the heading in front of it. */
static double least_height(const struct paper_block *b)
{
	return !b ? 0 : b->kind == BLOCK_CHART ? PAPER_CHART_HEIGHT : b->kind == BLOCK_TABLE ? 60 : b->kind == BLOCK_HEADING ? 80 : 30;
}

static void outline(struct paper_pen *p, const struct paper_block *b, int parents[4])
{
	struct str link = arena_printf(p->arena, "page=%d pos=[%.1f %.1f]", p->page, p->left, p->y);
	const char *title = arena_z(p->arena, b->text);
	if (p->pages == 0 || !link.ptr || !title)
		return; /* counting, or no memory: a file without an outline is still the file */
	int id = cairo_pdf_surface_add_outline(p->surface, parents[b->level - 1], title, link.ptr, CAIRO_PDF_OUTLINE_FLAG_OPEN);
	for (int i = b->level; i < 4; i++)
		parents[i] = id;
}

static void draw_heading(struct paper_pen *p, const struct paper_block *b, int parents[4])
{
	static const double sizes[] = { 18, 13.5, 11 };
	double size = sizes[b->level - 1];
	if (p->y > p->top)
		p->y += size * 0.7;
	paper_need(p, size * 2 + least_height(b->next));
	outline(p, b, parents);
	draw_text(p, b->text, size, PAPER_BOLD, size * 0.35);
}

static void draw_block(struct paper_pen *p, const struct paper_block *b, int parents[4])
{
	switch (b->kind) {
	case BLOCK_HEADING:
		draw_heading(p, b, parents);
		break;
	case BLOCK_PARAGRAPH:
		draw_text(p, b->text, 10.5, PAPER_PLAIN, 7);
		break;
	case BLOCK_NOTE:
		paper_grey(p, 0.3);
		draw_text(p, b->text, 8.5, PAPER_PLAIN, 5);
		paper_grey(p, 0);
		break;
	case BLOCK_TABLE:
		paper_draw_table(p, b->table);
		break;
	case BLOCK_CHART:
		paper_need(p, PAPER_CHART_HEIGHT);
		paper_draw_chart(p, b->chart);
		break;
	case BLOCK_SEAL:
		paper_draw_seal(p, b);
		break;
	case BLOCK_BREAK:
		if (p->y > p->top)
			paper_page_end(p);
		break;
	}
}

/* ---- the file ---- */

/* Draws all of it; p->page is the count afterwards. */
static enum err draw_all(struct paper_pen *p)
{
	int parents[4] = { CAIRO_PDF_OUTLINE_ROOT, CAIRO_PDF_OUTLINE_ROOT, CAIRO_PDF_OUTLINE_ROOT, CAIRO_PDF_OUTLINE_ROOT };
	p->cairo = cairo_create(p->surface);
	pango_cairo_update_context(p->cairo, p->letters);
	p->page = 1;
	p->y = p->top;
	for (const struct paper_block *b = p->doc->first; b && p->failed == OK; b = b->next)
		draw_block(p, b, parents);
	if (p->y > p->top || p->page == 1)
		paper_page_end(p);
	p->page--;
	cairo_status_t status = cairo_status(p->cairo);
	cairo_destroy(p->cairo);
	cairo_surface_finish(p->surface);
	if (status == CAIRO_STATUS_SUCCESS)
		status = cairo_surface_status(p->surface);
	cairo_surface_destroy(p->surface);
	if (p->failed == OK && status != CAIRO_STATUS_SUCCESS)
		p->failed = status == CAIRO_STATUS_NO_MEMORY || status == CAIRO_STATUS_WRITE_ERROR ? ERR_NOMEM : ERR_IO;
	return p->failed;
}

static cairo_status_t to_buffer(void *arg, const unsigned char *bytes, unsigned n)
{
	struct buf *b = arg;
	buf_put(b, str_span((const char *)bytes, n));
	return b->failed == OK ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

/* Without a date given cairo would take today's. */
static void set_properties(const struct paper_doc *doc, cairo_surface_t *s, struct arena *a)
{
	struct buf date;
	struct paper_cell day = paper_date(doc->made_ms / 86400000);
	int64_t seconds = doc->made_ms / 1000 % 86400;
	buf_init_in(&date, a, 64);
	paper_cell_print(&day, false, &date);
	buf_printf(&date, "T%02d:%02d:%02dZ", (int)(seconds / 3600), (int)(seconds / 60 % 60), (int)(seconds % 60));
	const char *z = arena_z(a, buf_str(&date)), *title = arena_z(a, doc->title), *organ = arena_z(a, doc->organ);
	if (!z || !title || !organ)
		return;
	cairo_pdf_surface_set_metadata(s, CAIRO_PDF_METADATA_CREATE_DATE, z);
	cairo_pdf_surface_set_metadata(s, CAIRO_PDF_METADATA_MOD_DATE, z);
	cairo_pdf_surface_set_metadata(s, CAIRO_PDF_METADATA_TITLE, title);
	cairo_pdf_surface_set_metadata(s, CAIRO_PDF_METADATA_AUTHOR, organ);
	cairo_pdf_surface_set_metadata(s, CAIRO_PDF_METADATA_CREATOR, "Banjie");
}

static struct paper_pen pen_for(const struct paper_doc *doc, struct arena *scratch)
{
	double width = doc->landscape ? A4_LONG : A4_SHORT, height = doc->landscape ? A4_SHORT : A4_LONG;
	return (struct paper_pen){ .doc = doc, .arena = scratch, .width = width, .height = height, .left = MARGIN,
	                           .right = width - MARGIN, .top = HEAD, .bottom = height - FOOT };
}

/* Letters are as wide wherever they are drawn, or the pages counted would not be the pages made. */
static PangoContext *letters_for(const struct paper_doc *doc, PangoFontMap *fonts)
{
	PangoContext *letters = pango_font_map_create_context(fonts);
	cairo_font_options_t *o = cairo_font_options_create();
	cairo_font_options_set_hint_style(o, CAIRO_HINT_STYLE_NONE);
	cairo_font_options_set_hint_metrics(o, CAIRO_HINT_METRICS_OFF);
	pango_cairo_context_set_font_options(letters, o);
	cairo_font_options_destroy(o);
	pango_context_set_round_glyph_positions(letters, FALSE);
	pango_context_set_language(letters, pango_language_from_string(str_starts(doc->language, S("en")) ? "en" : "zh-cn"));
	return letters;
}

enum err paper_pdf(struct paper_doc *doc, struct str *out, struct diag *d)
{
	struct arena scratch;
	struct buf bytes;
	arena_init(&scratch, 256 << 20);
	buf_init_in(&bytes, doc->arena, PDF_BYTES_MAX);
	struct paper_pen p = pen_for(doc, &scratch);
	PangoFontMap *fonts = pango_cairo_font_map_new();
	p.letters = letters_for(doc, fonts);
	enum err e = doc->failed;
	if (e == OK) {
		p.surface = cairo_image_surface_create(CAIRO_FORMAT_A8, 1, 1);
		e = draw_all(&p);
	}
	if (e == OK) {
		p.pages = p.page;
		p.surface = cairo_pdf_surface_create_for_stream(to_buffer, &bytes, p.width, p.height);
		set_properties(doc, p.surface, &scratch);
		e = draw_all(&p);
	}
	g_object_unref(p.letters);
	g_object_unref(fonts);
	arena_release(&scratch);
	if (e == OK)
		e = buf_finish(&bytes, out);
	return e == OK ? OK : diag_set(d, e, "paper.pdf", "The PDF could not be made: %s", err_name(e));
}

#ifdef __SANITIZE_ADDRESS__
/* cairo 1.16 forgets one array of 768 bytes with each PDF surface; fontconfig keeps what it read until the process ends. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_options(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libcairo\nleak:libfontconfig\n";
}

const char *__lsan_default_options(void)
{
	return "print_suppressions=0";
}
#endif
