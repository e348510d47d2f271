/* err.h - the one convention for saying that something did not work.
 *
 * A function that can fail returns `enum err`, gives its result through its last
 * pointer and leaves that pointer's target untouched on failure. Details for a
 * person or a log go to an explicit `struct diag` (diag.h).
 *
 * Three families:
 *   refusal - the caller's fault; told to a person in their words; retrying is useless
 *   fault   - the environment's; may be retried
 *   bug     - an assertion (`base_assert`), on in production too
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdbool.h>

enum err {
	OK = 0,
	/* refusals */
	ERR_INVALID,   /* the input is malformed or breaks a rule */
	ERR_NOT_FOUND, /* what was named does not exist, or may not be seen */
	ERR_DENIED,    /* the caller lacks the power */
	ERR_CONFLICT,  /* true once, not any more: state moved on, key used otherwise */
	ERR_STALE,     /* what it was made from is no longer what stands: somebody else has changed it */
	ERR_LIMIT,     /* a configured bound was reached: size, depth, work */
	ERR_UNSUPPORTED, /* well-formed, but not executed here; refused at import */
	/* faults */
	ERR_NOMEM,     /* an arena's cap or the machine's memory is exhausted */
	ERR_IO,        /* file, socket or database failed */
	ERR_BUSY,      /* queue full, lock held: try again later */
	ERR_CORRUPT,   /* stored data does not verify */
};

#define BASE_MUST_USE __attribute__((warn_unused_result))
#define BASE_PRINTF(f, a) __attribute__((format(printf, f, a)))

static inline bool err_is_refusal(enum err e) { return e >= ERR_INVALID && e <= ERR_UNSUPPORTED; }

/* Name of an error for logs, e.g. "not-found". Static storage. */
const char *err_name(enum err e);

/* Returns early with the error of `call`. */
#define TRY(call)                             \
	do {                                  \
		enum err try_err_ = (call);   \
		if (try_err_ != OK)           \
			return try_err_;      \
	} while (0)

/* An invariant. Never on outside input. Aborts with file and line. */
#define base_assert(cond) \
	((cond) ? (void)0 : base_assert_failed(#cond, __FILE__, __LINE__))
_Noreturn void base_assert_failed(const char *what, const char *file, int line);

#endif
