/* law.c - a legal ground as people read it: "ALL/32(4)" is 行政许可法第三十二条第（四）项.
 *
 * Packs, clocks and the record keep the short form, law/article; pages show the law's name. A ground
 * that is no law of the list stays as it is; "内部规程：审查 | office rule: review" has both languages.
 */
#include "casework/casework_int.h"

static const struct { const char *code, *zh, *en; } laws[] = {
	{ "ALL", "行政许可法", "Administrative Licensing Law" },
	{ "ARL", "行政复议法", "Administrative Reconsideration Law" },
	{ "APL", "行政处罚法", "Administrative Penalty Law" },
	{ "ALitL", "行政诉讼法", "Administrative Litigation Law" },
	{ "CC", "民法典", "Civil Code" },
	{ "OGI", "政府信息公开条例", "Regulations on Open Government Information" },
};

/* 1 to 999 as a Chinese numeral: 三十二, 一百零三. */
static void put_chinese(struct buf *b, int64_t n)
{
	static const char *const digits[] = { "零", "一", "二", "三", "四", "五", "六", "七", "八", "九" };
	if (n >= 100) {
		buf_putz(b, digits[n / 100]);
		buf_putz(b, "百");
		if (n % 100 && n % 100 < 10)
			buf_putz(b, "零");
	}
	if (n % 100 >= 10) {
		if (n >= 100 || n >= 20)
			buf_putz(b, digits[n / 10 % 10]);
		buf_putz(b, "十");
	}
	if (n % 10)
		buf_putz(b, digits[n % 10]);
}

static size_t digits_at(struct str s, size_t at, int64_t *n)
{
	size_t from = at;
	while (at < s.len && at - from < 3 && s.ptr[at] >= '0' && s.ptr[at] <= '9')
		at++;
	return at > from && str_to_i64(str_sub(s, from, at), n) ? at - from : 0;
}

/* Length of "(4)" at `at`, 0 if there is none. */
static size_t item_at(struct str s, size_t at, int64_t *n)
{
	if (at >= s.len || s.ptr[at] != '(')
		return 0;
	size_t len = digits_at(s, at + 1, n);
	return len && at + 1 + len < s.len && s.ptr[at + 1 + len] == ')' ? len + 2 : 0;
}

static void put_article(struct buf *b, size_t law, int64_t article, int64_t item, bool english)
{
	if (english) {
		buf_printf(b, "%s, art. %lld", laws[law].en, (long long)article);
		if (item)
			buf_printf(b, "(%lld)", (long long)item);
		return;
	}
	buf_printf(b, "%s第", laws[law].zh);
	put_chinese(b, article);
	buf_putz(b, "条");
	if (item) {
		buf_putz(b, "第（");
		put_chinese(b, item);
		buf_putz(b, "）项");
	}
}

static bool is_letter(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* Reads a citation at `at`; 0 = there is none. */
static size_t put_citation(struct buf *b, struct str s, size_t at, bool english)
{
	if (at && is_letter(s.ptr[at - 1]))
		return 0;
	for (size_t i = 0; i < sizeof laws / sizeof *laws; i++) {
		size_t len = strlen(laws[i].code);
		int64_t article, item = 0;
		if (!str_eqz(str_sub(s, at, at + len), laws[i].code) || at + len >= s.len || s.ptr[at + len] != '/')
			continue;
		size_t digits = digits_at(s, at + len + 1, &article);
		if (!digits || article == 0)
			continue;
		size_t rest = item_at(s, at + len + 1 + digits, &item);
		put_article(b, i, article, rest ? item : 0, english);
		return len + 1 + digits + rest;
	}
	return 0;
}

struct str law_text(struct arena *a, struct str text, bool english)
{
	struct buf b;
	struct str out;
	ptrdiff_t bar = str_find(text, S(" | "));
	if (bar >= 0)
		text = english ? str_sub(text, (size_t)bar + 3, text.len) : str_sub(text, 0, (size_t)bar);
	if (!text.len)
		return text;
	buf_init_in(&b, a, 1 << 16);
	for (size_t at = 0; at < text.len;) {
		size_t len = put_citation(&b, text, at, english);
		if (!len)
			buf_byte(&b, text.ptr[at]);
		at += len ? len : 1;
	}
	return buf_finish(&b, &out) == OK ? out : text;
}

void set_ground(struct json_build *o, struct arena *a, struct str ground)
{
	json_set_str(o, "ground", law_text(a, ground, false));
	json_set_str(o, "ground_en", law_text(a, ground, true));
	json_set_str(o, "ground_code", ground);
}
