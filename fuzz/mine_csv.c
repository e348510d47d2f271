/* Any bytes are a log as CSV or refused. */
#include "fuzz/mine_log.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return read_log("", data, size);
}
