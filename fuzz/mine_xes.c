/* Any bytes behind <log> are a log as XES or refused. */
#include "fuzz/mine_log.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return read_log("<log>", data, size);
}
