/* press.c - frames and dictionaries of zstd; press.h says what for. */
#include "store/press.h"

#include <zdict.h>
#include <zstd.h>

enum {
	LEVEL = 1,
	SAMPLE_BYTES = 1 << 20, SAMPLE_TEXTS = 8192, SAMPLE_OF_ONE = 4 << 10, /* the head of a long text */
	STRIDE = 7, /* after the first dictionary: one text of so many */
	FIRST_PAUSE = 16 << 20, PAUSE_GROWS = 4,
	MAGIC = 4, LENGTH_UNKNOWN = 0,
};

struct sample {
	size_t len, texts, sizes[SAMPLE_TEXTS];
	char bytes[SAMPLE_BYTES + SAMPLE_OF_ONE], learnt[PRESS_DICTIONARY_MAX];
};

struct press {
	ZSTD_CCtx *in; /* NULL: it only undoes */
	ZSTD_DCtx *out;
	ZSTD_CDict *pressing; /* of the last dictionary */
	struct dictionary { uint32_t id; ZSTD_DDict *undo; } *dictionaries;
	size_t count;
	char *frame;
	size_t frame_room;
	/* learning */
	uint64_t seen, from, texts; /* bytes looked at; from where on a sample is taken */
	struct sample *sample;      /* NULL: none is being taken */
};

struct press *press_new(bool pressing)
{
	struct press *p = heap_alloc(sizeof *p);
	if (!p)
		return NULL;
	p->in = pressing ? ZSTD_createCCtx() : NULL;
	p->out = ZSTD_createDCtx();
	if (p->out && (p->in || !pressing))
		return p;
	press_free(p);
	return NULL;
}

void press_free(struct press *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->count; i++)
		ZSTD_freeDDict(p->dictionaries[i].undo);
	heap_free(p->dictionaries);
	ZSTD_freeCDict(p->pressing);
	ZSTD_freeCCtx(p->in);
	ZSTD_freeDCtx(p->out);
	heap_free(p->frame);
	heap_free(p->sample);
	heap_free(p);
}

/* ---- dictionaries ---- */

static ZSTD_DDict *find(const struct press *p, uint32_t id)
{
	for (size_t i = p->count; i-- > 0;)
		if (p->dictionaries[i].id == id)
			return p->dictionaries[i].undo;
	return NULL;
}

uint32_t press_id(struct str dictionary)
{
	return ZDICT_getDictID(dictionary.ptr, dictionary.len);
}

bool press_has(const struct press *p, uint32_t dictionary)
{
	return find(p, dictionary) != NULL;
}

/* How long the next sample is waited for. */
static uint64_t pause_after(size_t dictionaries)
{
	uint64_t pause = FIRST_PAUSE;
	for (size_t i = 1; i < dictionaries && i < PRESS_DICTIONARIES_MAX; i++)
		pause *= PAUSE_GROWS;
	return pause;
}

static bool press_with(struct press *p, struct str dictionary)
{
	ZSTD_CDict *pressing = ZSTD_createCDict(dictionary.ptr, dictionary.len, LEVEL);
	if (!pressing || ZSTD_isError(ZSTD_CCtx_refCDict(p->in, pressing))) {
		ZSTD_freeCDict(pressing);
		return false;
	}
	ZSTD_freeCDict(p->pressing);
	p->pressing = pressing;
	return true;
}

enum err press_add(struct press *p, struct str dictionary)
{
	uint32_t id = press_id(dictionary);
	if (!id)
		return ERR_CORRUPT;
	struct dictionary *more = heap_extend(p->dictionaries, (p->count + 1) * sizeof *more);
	if (!more)
		return ERR_NOMEM;
	p->dictionaries = more;
	ZSTD_DDict *undo = ZSTD_createDDict(dictionary.ptr, dictionary.len);
	if (!undo || (p->in && !press_with(p, dictionary))) {
		ZSTD_freeDDict(undo);
		return ERR_CORRUPT;
	}
	p->dictionaries[p->count++] = (struct dictionary){ id, undo };
	p->from = p->seen + pause_after(p->count);
	return OK;
}

/* ---- frames ---- */

bool press_is_frame(struct str bytes)
{
	static const char magic[MAGIC] = { '\x28', '\xb5', '\x2f', '\xfd' };
	return bytes.len > MAGIC && memcmp(bytes.ptr, magic, MAGIC) == 0;
}

uint32_t press_dictionary_of(struct str frame)
{
	return ZSTD_getDictID_fromFrame(frame.ptr, frame.len);
}

static bool room_for(struct press *p, size_t text)
{
	size_t need = ZSTD_compressBound(text);
	if (need <= p->frame_room)
		return true;
	char *more = heap_extend(p->frame, need);
	if (!more)
		return false;
	p->frame = more;
	p->frame_room = need;
	return true;
}

struct str press_text(struct press *p, struct str text)
{
	const struct str as_it_is = { NULL, 0 };
	if (!p->pressing || text.len < PRESS_SHORTEST || text.len > PRESS_TEXT_MAX || !room_for(p, text.len))
		return as_it_is;
	size_t n = ZSTD_compress2(p->in, p->frame, p->frame_room, text.ptr, text.len);
	return ZSTD_isError(n) || n > text.len - text.len / 8 ? as_it_is : str_span(p->frame, n);
}

size_t press_length(struct str frame)
{
	unsigned long long n = ZSTD_getFrameContentSize(frame.ptr, frame.len);
	return n > PRESS_TEXT_MAX ? LENGTH_UNKNOWN : (size_t)n; /* errors are the highest numbers */
}

enum err press_undo(struct press *p, struct str frame, char *to)
{
	const ZSTD_DDict *undo = find(p, press_dictionary_of(frame));
	size_t n = press_length(frame);
	return undo && n && ZSTD_decompress_usingDDict(p->out, to, n, frame.ptr, frame.len, undo) == n ? OK : ERR_CORRUPT;
}

/* ---- learning ---- */

/* A command writes its texts in the same order each time: every seventh could be the same few. */
static uint64_t scattered(uint64_t n)
{
	n *= UINT64_C(0x9e3779b97f4a7c15);
	return n ^ n >> 32;
}

/* Is this text one of the sample? */
static bool wanted(struct press *p, struct str text)
{
	p->seen += text.len;
	p->texts++;
	if (!p->in || p->count >= PRESS_DICTIONARIES_MAX || text.len < PRESS_SHORTEST || p->seen < p->from)
		return false;
	return p->count == 0 || scattered(p->texts) % STRIDE == 0;
}

static bool is_full(const struct sample *s)
{
	return s->len >= SAMPLE_BYTES || s->texts == SAMPLE_TEXTS;
}

/* The sample is kept until the next call: what was learnt stands in it. */
static struct sample *sample_of(struct press *p)
{
	if (p->sample && is_full(p->sample))
		p->sample->len = p->sample->texts = 0;
	if (!p->sample)
		p->sample = heap_alloc(sizeof *p->sample);
	return p->sample;
}

/* ---- what belongs to everybody ---- */

/* Bytes at p that end a word: marks of JSON and of markup, blanks, and the marks of Chinese (U+2000 to 207F, 3000 to 303F, FF00 to FFBF). */
static size_t mark_at(const char *p, size_t left)
{
	unsigned char c = (unsigned char)p[0], d = left > 2 ? (unsigned char)p[1] : 0;
	if ((c == 0xe2 && (d == 0x80 || d == 0x81)) || (c == 0xe3 && d == 0x80) || (c == 0xef && (d == 0xbc || d == 0xbd || d == 0xbe)))
		return 3;
	return strchr("\"\\<>{}[]:,;|= \t\r\n", c) != NULL;
}

static size_t word_length(const char *p, size_t left)
{
	size_t n = 0;
	while (n < left && !mark_at(p + n, left - n))
		n++;
	return n;
}

static bool has_number(struct str word)
{
	enum { DIGITS = 6 };
	size_t run = 0;
	for (size_t i = 0; i < word.len && run < DIGITS; i++)
		run = word.ptr[i] >= '0' && word.ptr[i] <= '9' ? run + 1 : 0;
	return run == DIGITS;
}

/* How many texts say a word. Words that meet in a slot are taken for one only when their hashes are equal. */
struct said { uint64_t word; uint32_t texts, last; };
enum { SAID_SLOTS = 1 << 18 };

static struct said *said_of(struct said *table, struct str word)
{
	uint64_t h = str_hash(word) | 1;
	size_t at = (h >> 8) % SAID_SLOTS;
	for (size_t tries = 0; tries < SAID_SLOTS; tries++, at = (at + 1) % SAID_SLOTS) {
		if (!table[at].word)
			table[at].word = h;
		if (table[at].word == h)
			return &table[at];
	}
	return NULL;
}

static void count_words(struct said *table, const char *text, size_t len, uint32_t number)
{
	for (size_t at = 0, n; at < len; at += n ? n : mark_at(text + at, len - at)) {
		n = word_length(text + at, len - at);
		struct said *s = n ? said_of(table, str_span(text + at, n)) : NULL;
		if (s && s->last != number) {
			s->last = number;
			s->texts++;
		}
	}
}

/* Leaves out what too few say; what stays moves up to `to`. Its length. */
static size_t keep_common(struct said *table, const char *text, size_t len, char *to)
{
	size_t kept = 0, n;
	for (size_t at = 0; at < len; at += n) {
		size_t word = word_length(text + at, len - at);
		struct str w = str_span(text + at, word);
		const struct said *s = word ? said_of(table, w) : NULL;
		n = word ? word : mark_at(text + at, len - at);
		if (word && (!s || s->texts < PRESS_SAID_BY || has_number(w)))
			continue;
		memmove(to + kept, text + at, n);
		kept += n;
	}
	return kept;
}

static bool make_common(struct sample *s)
{
	struct said *table = heap_alloc(SAID_SLOTS * sizeof *table);
	if (!table)
		return false;
	const char *text = s->bytes;
	for (size_t i = 0; i < s->texts; text += s->sizes[i++])
		count_words(table, text, s->sizes[i], (uint32_t)i + 1);
	text = s->bytes;
	for (size_t i = 0, to = 0; i < s->texts; i++) {
		size_t len = s->sizes[i];
		s->sizes[i] = keep_common(table, text, len, s->bytes + to);
		text += len;
		to += s->sizes[i];
	}
	heap_free(table);
	return true;
}

bool press_learn(struct press *p, struct str text, struct str *dictionary)
{
	struct sample *s = wanted(p, text) ? sample_of(p) : NULL;
	if (!s)
		return false;
	size_t n = text.len < SAMPLE_OF_ONE ? text.len : SAMPLE_OF_ONE;
	memcpy(s->bytes + s->len, text.ptr, n);
	s->len += n;
	s->sizes[s->texts++] = n;
	if (!is_full(s))
		return false;
	p->from = p->seen + pause_after(p->count + 1); /* also where nothing comes of it */
	if (!make_common(s))
		return false;
	size_t len = ZDICT_trainFromBuffer(s->learnt, sizeof s->learnt, s->bytes, s->sizes, (unsigned)s->texts);
	if (ZDICT_isError(len) || press_has(p, ZDICT_getDictID(s->learnt, len)))
		return false;
	*dictionary = str_span(s->learnt, len);
	return true;
}
