/* A frame and a dictionary out of a file that may be damaged or hostile: two bytes say how long the dictionary is, then it, then the
 * frame. Whatever they are, a text ends where it says, and what is pressed with the dictionary comes back. */
#include "base/diag.h"
#include "store/press.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LARGEST = 1 << 20 };

static void undo(struct press *p, struct str frame)
{
	size_t n = press_is_frame(frame) ? press_length(frame) : 0;
	char *text = n && n <= LARGEST ? heap_alloc(n) : NULL;
	if (text && press_undo(p, frame, text) == OK)
		base_assert(press_dictionary_of(frame) == 0 || press_has(p, press_dictionary_of(frame)));
	heap_free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct press *p = press_new(true);
	struct str all = str_span((const char *)data, size);
	if (!p || size < 2) {
		press_free(p);
		return 0;
	}
	size_t len = ((size_t)data[0] << 8 | data[1]) % (size - 1);
	struct str dictionary = str_sub(all, 2, 2 + len), frame = str_sub(all, 2 + len, all.len), pressed;
	bool added = press_add(p, dictionary) == OK;
	base_assert(!added || press_has(p, press_id(dictionary)));
	undo(p, frame);
	pressed = press_text(p, all);
	if (pressed.ptr) {
		char *back = heap_alloc(all.len);
		base_assert(press_length(pressed) == all.len);
		base_assert(!back || (press_undo(p, pressed, back) == OK && memcmp(back, all.ptr, all.len) == 0));
		heap_free(back);
	}
	press_free(p);
	return 0;
}
