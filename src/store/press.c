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

/* A word: how many texts of the sample say it, and the last of them; does the office? */
struct said { uint64_t word; uint32_t texts, last; bool office; };
enum { SAID_SLOTS = 1 << 18, SAID_TRIES = 64 };

struct sample {
	size_t len, texts, sizes[SAMPLE_TEXTS];
	struct said *said;
	char bytes[SAMPLE_BYTES + SAMPLE_OF_ONE];
};

struct press_hand { ZSTD_CCtx *in; };

struct press {
	struct press_hand *hand; /* NULL: it only undoes */
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

struct press_hand *press_hand_new(void)
{
	struct press_hand *h = heap_alloc(sizeof *h);
	if (h && (h->in = ZSTD_createCCtx()) && !ZSTD_isError(ZSTD_CCtx_setParameter(h->in, ZSTD_c_checksumFlag, 1)))
		return h;
	press_hand_free(h);
	return NULL;
}

void press_hand_free(struct press_hand *h)
{
	if (h)
		ZSTD_freeCCtx(h->in);
	heap_free(h);
}

struct press *press_new(bool pressing)
{
	struct press *p = heap_alloc(sizeof *p);
	if (!p)
		return NULL;
	p->hand = pressing ? press_hand_new() : NULL;
	p->out = ZSTD_createDCtx();
	if (p->out && (!pressing || p->hand))
		return p;
	press_free(p);
	return NULL;
}

static void drop_sample(struct press *p)
{
	if (p->sample)
		heap_free(p->sample->said);
	heap_free(p->sample);
	p->sample = NULL;
}

void press_free(struct press *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->count; i++)
		ZSTD_freeDDict(p->dictionaries[i].undo);
	heap_free(p->dictionaries);
	ZSTD_freeCDict(p->pressing);
	press_hand_free(p->hand);
	ZSTD_freeDCtx(p->out);
	heap_free(p->frame);
	drop_sample(p);
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
	if (!pressing)
		return false;
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
	if (!undo || (p->hand && !press_with(p, dictionary))) {
		ZSTD_freeDDict(undo);
		return ERR_NOMEM; /* what has a number is one */
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

size_t press_room(size_t text)
{
	return ZSTD_compressBound(text);
}

static bool room_for(struct press *p, size_t text)
{
	size_t need = press_room(text);
	if (need <= p->frame_room)
		return true;
	char *more = heap_extend(p->frame, need);
	if (!more)
		return false;
	p->frame = more;
	p->frame_room = need;
	return true;
}

bool press_has_dictionary(const struct press *p)
{
	return p->pressing;
}

bool press_wants(const struct press *p, struct str text)
{
	return p->pressing && text.len >= PRESS_SHORTEST && text.len <= PRESS_TEXT_MAX;
}

size_t press_by_hand(const struct press *p, struct press_hand *h, struct str text, char *to, size_t room)
{
	if (ZSTD_isError(ZSTD_CCtx_refCDict(h->in, p->pressing)))
		return 0;
	size_t n = ZSTD_compress2(h->in, to, room, text.ptr, text.len);
	return ZSTD_isError(n) || (!press_is_frame(text) && n > text.len - text.len / 8) ? 0 : n;
}

struct str press_text(struct press *p, struct str text)
{
	const struct str as_it_is = { NULL, 0 };
	if (!press_is_frame(text) && !press_wants(p, text))
		return as_it_is;
	if (text.len > PRESS_TEXT_MAX || !p->hand || !room_for(p, text.len))
		return as_it_is;
	size_t n = press_by_hand(p, p->hand, text, p->frame, p->frame_room);
	return n ? str_span(p->frame, n) : as_it_is;
}

size_t press_length(struct str frame)
{
	unsigned long long n = ZSTD_getFrameContentSize(frame.ptr, frame.len);
	return n > PRESS_TEXT_MAX ? LENGTH_UNKNOWN : (size_t)n; /* errors are the highest numbers */
}

enum err press_undo(struct press *p, struct str frame, char *to)
{
	uint32_t id = press_dictionary_of(frame);
	const ZSTD_DDict *undo = find(p, id);
	size_t n = press_length(frame);
	bool known = n && (undo || !id);
	return known && ZSTD_decompress_usingDDict(p->out, to, n, frame.ptr, frame.len, undo) == n ? OK : ERR_CORRUPT;
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
	if (!p->hand || p->count >= PRESS_DICTIONARIES_MAX || text.len < PRESS_SHORTEST || p->seen < p->from)
		return false;
	return p->count == 0 || scattered(p->texts) % STRIDE == 0;
}

static bool is_full(const struct sample *s)
{
	return s->len >= SAMPLE_BYTES || s->texts == SAMPLE_TEXTS;
}

bool press_learn(struct press *p, struct str text)
{
	if (!wanted(p, text) || (!p->sample && !(p->sample = heap_alloc(sizeof *p->sample))))
		return false;
	struct sample *s = p->sample;
	if (is_full(s))
		return true;
	size_t n = text.len < SAMPLE_OF_ONE ? text.len : SAMPLE_OF_ONE;
	memcpy(s->bytes + s->len, text.ptr, n);
	s->len += n;
	s->sizes[s->texts++] = n;
	return is_full(s);
}

/* ---- words ---- */

/* The last byte of a mark of Chinese that ends a word: its first two are given. */
static bool is_wide_mark(unsigned char a, unsigned char b, unsigned char c)
{
	static const char dashes[] = "\x93\x94\x98\x99\x9c\x9d\xa6", stops[] = "\x80\x81\x82\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f\x90\x91",
	                  wide[] = "\x81\x88\x89\x8c\x8e\x9a\x9b\x9f";
	const char *marks = a == 0xe2 && b == 0x80 ? dashes : a == 0xe3 && b == 0x80 ? stops : a == 0xef && b == 0xbc ? wide : "";
	return c && strchr(marks, c);
}

/* Length of the mark at p, of JSON, of markup or of a sentence; 0: it is part of a word. */
static size_t mark_at(const char *p, size_t left)
{
	const unsigned char *u = (const unsigned char *)p;
	if (left > 2 && is_wide_mark(u[0], u[1], u[2]))
		return 3;
	return strchr("\"'\\<>{}[]():,;|=/ \t\r\n", *p) != NULL;
}

static size_t word_length(const char *p, size_t left)
{
	size_t n = 0;
	while (n < left && !mark_at(p + n, left - n))
		n++;
	return n;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static size_t digits_of(struct str word)
{
	size_t n = 0;
	for (size_t i = 0; i < word.len; i++)
		n += is_digit(word.ptr[i]);
	return n;
}

/* As fields, kinds and states are named. */
static bool is_name(struct str word)
{
	for (size_t i = 0; i < word.len; i++)
		if (!(word.ptr[i] >= 'a' && word.ptr[i] <= 'z') && !is_digit(word.ptr[i]) && !strchr("_-.", word.ptr[i]))
			return false;
	return word.len > 1;
}

/* NULL: it met too many others. */
static struct said *said_of(struct said *table, struct str word)
{
	uint64_t h = str_hash(word) | 1;
	size_t at = (size_t)(h >> 8) % SAID_SLOTS;
	for (int i = 0; i < SAID_TRIES; i++, at = (at + 1) % SAID_SLOTS) {
		if (!table[at].word)
			table[at].word = h;
		if (table[at].word == h)
			return &table[at];
	}
	return NULL;
}

/* The words of a text, one after the other; false at its end. */
static bool next_word(struct str *rest, struct str *word)
{
	size_t at = 0, mark;
	while (at < rest->len && (mark = mark_at(rest->ptr + at, rest->len - at)) > 0)
		at += mark;
	*word = str_sub(*rest, at, at + word_length(rest->ptr + at, rest->len - at));
	*rest = str_sub(*rest, at + word->len, rest->len);
	return word->len > 0;
}

static struct said *words_of(struct press *p)
{
	if (p->sample && !p->sample->said)
		p->sample->said = heap_alloc(SAID_SLOTS * sizeof *p->sample->said);
	return p->sample ? p->sample->said : NULL;
}

void press_hear(struct press *p, struct str text)
{
	struct said *table = words_of(p), *s;
	struct str word;
	while (table && next_word(&text, &word))
		if ((s = said_of(table, word)))
			s->office = true;
}

static void count_words(struct said *table, struct str text, uint32_t number)
{
	struct str word;
	while (next_word(&text, &word)) {
		struct said *s = said_of(table, word);
		if (s && s->last != number) {
			s->last = number;
			s->texts++;
		}
	}
}

static bool may_stay(struct said *table, struct str word)
{
	const struct said *s = said_of(table, word);
	return s && digits_of(word) < 4 && (s->office || (s->texts >= PRESS_SAID_BY && is_name(word)));
}

/* Leaves out what may not stay; the rest moves to `to`. Its length. */
static size_t keep_common(struct said *table, struct str text, char *to)
{
	size_t kept = 0, n;
	for (size_t at = 0; at < text.len; at += n) {
		const char *p = text.ptr + at;
		size_t mark = mark_at(p, text.len - at);
		n = mark ? mark : word_length(p, text.len - at);
		if (!mark && !may_stay(table, str_span(p, n)))
			continue;
		memmove(to + kept, p, n);
		kept += n;
	}
	return kept;
}

static void make_common(struct sample *s)
{
	const char *text = s->bytes;
	for (size_t i = 0; i < s->texts; text += s->sizes[i++])
		count_words(s->said, str_span(text, s->sizes[i]), (uint32_t)i + 1);
	text = s->bytes;
	char *to = s->bytes;
	for (size_t i = 0; i < s->texts; i++) {
		struct str whole = str_span(text, s->sizes[i]);
		text += whole.len;
		s->sizes[i] = keep_common(s->said, whole, to);
		to += s->sizes[i];
	}
}

size_t press_train(struct press *p, char to[PRESS_DICTIONARY_MAX])
{
	size_t n = 0;
	if (words_of(p)) {
		struct sample *s = p->sample;
		make_common(s);
		n = ZDICT_trainFromBuffer(to, PRESS_DICTIONARY_MAX, s->bytes, s->sizes, (unsigned)s->texts);
	}
	p->from = p->seen + pause_after(p->count + 1); /* also where nothing comes of it */
	drop_sample(p);
	return n && !ZDICT_isError(n) && !press_has(p, press_id(str_span(to, n))) ? n : 0;
}
