/* press.h - private to the room: short texts made small by what they have in common.
 *
 * A pressed text is one frame of zstd (RFC 8878) made with a dictionary (section 5), whose number stands in the frame, with a
 * checksum. A dictionary is learnt from the texts themselves: what an office writes a thousand times (the names of fields and of
 * materials, the sentences of a letter) stands in it once. It outlives a text that is erased; hence it has no word but the office's
 * own, that stand in texts which the caller names, and small Latin words like those of fields that many texts say
 * (PRESS_SAID_BY); no number of four digits or more. Knows nothing of where dictionaries and texts are kept. Of one thread at a time.
 *
 *     struct press *p = press_new(true);
 *     if (press_learn(p, text)) {                  // a sample is full
 *         press_hear(p, form_of_the_office);       // … each of its texts
 *         n = press_train(p, dictionary);          // keep it, then
 *         press_add(p, str_span(dictionary, n));
 *     }
 *     frame = press_text(p, text);                 // 600 bytes -> 60
 */
#ifndef STORE_PRESS_H
#define STORE_PRESS_H

#include "base/arena.h"

struct press;

enum {
	PRESS_SHORTEST = 240,             /* shorter ones cost as much processor as they save bytes (bench/load.sh) */
	PRESS_SAID_BY = 32,               /* texts of a sample, of some thousands */
	PRESS_DICTIONARY_MAX = 32 << 10,
	PRESS_DICTIONARIES_MAX = 16,      /* then nothing more is learnt */
	PRESS_TEXT_MAX = 256 << 20,       /* of one text that was pressed */
};

struct press *press_new(bool pressing); /* false: it only undoes. NULL: no memory */
void press_free(struct press *p);

/* Copied. The last one that was added presses; all can be undone. ERR_CORRUPT: it is no dictionary. */
BASE_MUST_USE enum err press_add(struct press *p, struct str dictionary);
uint32_t press_id(struct str dictionary);
bool press_has(const struct press *p, uint32_t dictionary);
/* Is this the beginning of a frame? Text never begins so: the second byte is no UTF-8 after the first. */
bool press_is_frame(struct str bytes);
uint32_t press_dictionary_of(struct str frame); /* 0: it is none of ours */

/* The frame, the press's own until the next call; ptr NULL: the text stays as it is (no dictionary, too short, hardly smaller). What
 * begins like a frame itself becomes one always, without a dictionary if need be: otherwise it would be taken for one. Only without
 * memory, or beyond PRESS_TEXT_MAX, it stays too, and the caller must not write it. */
struct str press_text(struct press *p, struct str text);
/* Another hand that presses with the same dictionary, on a thread of its own. While one is at it, press_add must not be called. */
struct press_hand;
struct press_hand *press_hand_new(void); /* NULL: no memory */
void press_hand_free(struct press_hand *h);
bool press_has_dictionary(const struct press *p);
bool press_wants(const struct press *p, struct str text); /* there is one, and it is long enough */
size_t press_room(size_t text);                           /* bytes that a frame of so long a text may take at most */
/* Of a text that is wanted: the bytes of its frame at `to`; 0: it stays as it is. What press_text would give. */
size_t press_by_hand(const struct press *p, struct press_hand *h, struct str text, char *to, size_t room);
/* Bytes of the text in a frame; 0: unknown, or more than PRESS_TEXT_MAX. */
size_t press_length(struct str frame);
/* The text into `to`, which has room for press_length. ERR_CORRUPT: the frame is damaged, or its dictionary is not there. */
BASE_MUST_USE enum err press_undo(struct press *p, struct str frame, char *to);

/* Looks at a text to be pressed. True: a sample is full, and press_train is to be called. The first after a megabyte, later ones out of
 * samples ever further apart: 16 MB, 64 MB, 256 MB … of text, counted since press_new. */
bool press_learn(struct press *p, struct str text);
void press_hear(struct press *p, struct str text); /* words of it may be learnt; before press_train */
/* The dictionary's length, 0: nothing was worth learning. The sample is gone. */
size_t press_train(struct press *p, char to[PRESS_DICTIONARY_MAX]);

#endif
