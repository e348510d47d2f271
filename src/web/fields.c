/* fields.c - what people type: blanks and full-width signs forgiven, numbers checked by their own rules. */
#include "base/utf8.h"
#include "web/web.h"

struct str web_text(const struct http_request *rq, const char *name)
{
	struct str s = str_trim(http_field(rq, name));
	return s.ptr ? s : S("");
}

struct str web_ascii(struct http_request *rq, struct str typed)
{
	struct buf b;
	struct str out;
	buf_init_in(&b, rq->arena, typed.len + 1);
	for (size_t at = 0; at < typed.len;) {
		uint32_t c = utf8_next(typed, &at);
		if (c >= 0xFF01 && c <= 0xFF5E)
			c -= 0xFEE0; /* the full-width form of an ASCII character */
		if (c == ' ' || c == '\t' || c == 0x3000 || c == 0xA0)
			continue;
		buf_utf8(&b, c);
	}
	return buf_finish(&b, &out) == OK ? out : typed;
}

static bool all_digits(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] < '0' || s.ptr[i] > '9')
			return false;
	return s.len > 0;
}

bool web_phone_fits(struct str s)
{
	return s.len == 11 && s.ptr[0] == '1' && all_digits(s);
}

/* GB 11643: weighted sum of the first 17 digits modulo 11 gives the last. */
static bool identity_card_fits(struct str s)
{
	static const int weight[17] = { 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2 };
	int sum = 0;
	if (s.len != 18 || !all_digits(str_sub(s, 0, 17)))
		return false;
	for (size_t i = 0; i < 17; i++)
		sum += (s.ptr[i] - '0') * weight[i];
	char want = "10X98765432"[sum % 11], is = s.ptr[17] == 'x' ? 'X' : s.ptr[17];
	return is == want;
}

/* GB 32100: 18 characters without I, O, S, V, Z; the last from the weighted sum modulo 31. */
static bool credit_code_fits(struct str s)
{
	static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
	static const int weight[17] = { 1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28 };
	int sum = 0;
	if (s.len != 18)
		return false;
	for (size_t i = 0; i < 18; i++) {
		const char *at = s.ptr[i] ? strchr(alphabet, s.ptr[i]) : NULL;
		if (!at)
			return false;
		if (i < 17)
			sum += (int)(at - alphabet) * weight[i];
		else
			return (int)(at - alphabet) == (31 - sum % 31) % 31;
	}
	return false;
}

static bool other_document_fits(struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];
		if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')))
			return false;
	}
	return s.len >= 4 && s.len <= 18;
}

bool web_id_fits(struct str id_type, struct str id_no)
{
	if (str_eqz(id_type, "111"))
		return identity_card_fits(id_no);
	return str_eqz(id_type, "001") ? credit_code_fits(id_no) : other_document_fits(id_no);
}
