/* sniff.h - what an uploaded file really is, by its content (libmagic). */
#ifndef HTTP_SNIFF_H
#define HTTP_SNIFF_H

#include "base/arena.h"
#include "base/diag.h"

/* Type by content: "application/pdf", "image/png", "image/jpeg", "text/plain", the Office Open XML types,
 * "application/ofd", "application/zip", …; "application/octet-stream" when nothing fits. Static storage or `a`.
 * ERR_IO "upload.unlooked": nobody can look just now (no memory, no descriptor, libmagic's tables are gone), which is no fault of the file. */
BASE_MUST_USE enum err http_sniff(struct arena *a, struct str bytes, struct str *type, struct diag *d);
/* Whether a file may be taken: its content is one of `accept` (blank- or comma-separated types; empty = the
 * standard set pdf, png, jpeg, docx, xlsx, ofd, txt) and its name's ending belongs to that type.
 * ERR_INVALID "upload.type" or "upload.ending", with the name as argument. */
BASE_MUST_USE enum err http_sniff_check(struct str filename, struct str detected, struct str accept, struct diag *d);

#endif
