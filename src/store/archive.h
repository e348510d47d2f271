/* archive.h - the file that a backup is: records one after another, compressed, encrypted, complete or refused.
 *
 * A key of the office (32 random bytes in a file of its own) encrypts every archive. What an archive says of itself without
 * the key is its format and which key it wants. Format 1:
 *
 *   "BANJIE-BACKUP 1\n", 8 bytes that name the key, the 24-byte header of libsodium's secretstream
 *   chunks: length of the ciphertext (4 bytes, little-endian), ciphertext; the first 24 bytes of the file are authenticated
 *   with the first chunk, the last chunk carries the tag FINAL
 *   decrypted, the chunks are one zstd stream of records: tag (1 byte), length (4 bytes, little-endian), payload
 *
 * (XChaCha20-Poly1305 in a chain: a chunk that is changed, missing, moved or cut off is noticed where it is.) Knows nothing of
 * tables.
 */
#ifndef STORE_ARCHIVE_H
#define STORE_ARCHIVE_H

#include "base/arena.h"
#include "base/diag.h"

enum { ARCHIVE_KEY = 32, ARCHIVE_KEY_NAME = 8, ARCHIVE_RECORD_MAX = 256 << 20 };

struct archive_key { uint8_t bytes[ARCHIVE_KEY]; uint8_t name[ARCHIVE_KEY_NAME]; };

/* Makes a key and its file, mode 0600; ERR_CONFLICT where a file of that name is already there: no key is ever overwritten. */
BASE_MUST_USE enum err archive_key_make(const char *path, struct archive_key *out, struct diag *d);
/* ERR_NOT_FOUND, ERR_INVALID (backup.key-form) where it is no such file. */
BASE_MUST_USE enum err archive_key_read(const char *path, struct archive_key *out, struct diag *d);
/* The key's name in hex, for people; 17 bytes. */
void archive_key_name(const struct archive_key *k, char out[17]);

struct archive_writer;
/* The file appears under its name when finished, not before. ERR_CONFLICT (backup.exists) where there is one. */
BASE_MUST_USE enum err archive_create(const char *path, const struct archive_key *k, struct archive_writer **out, struct diag *d);
BASE_MUST_USE enum err archive_put(struct archive_writer *w, char tag, struct str payload, struct diag *d);
/* Durable under its name when it returns OK; frees the writer in any case. *bytes is the file's size. */
BASE_MUST_USE enum err archive_finish(struct archive_writer *w, int64_t *bytes, struct diag *d);
void archive_abandon(struct archive_writer *w); /* NULL is fine */

struct archive_reader;
/* ERR_NOT_FOUND; ERR_INVALID backup.not-one or os.not-file; ERR_DENIED backup.wrong-key, naming both keys. */
BASE_MUST_USE enum err archive_open(const char *path, const struct archive_key *k, struct archive_reader **out, struct diag *d);
/* The next record; *tag 0 at the end. The payload lives until the next call. ERR_CORRUPT backup.damaged or backup.cut with the
 * place in the file. */
BASE_MUST_USE enum err archive_next(struct archive_reader *r, char *tag, struct str *payload, struct diag *d);
/* Bytes of the file read so far, and its size: for progress. */
void archive_place(const struct archive_reader *r, int64_t *done, int64_t *total);
void archive_close(struct archive_reader *r); /* NULL is fine */

#endif
