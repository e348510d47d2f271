/* load.h - a model from a file, its imports from the files beside it.
 *
 * For commands and the compatibility kit. The product keeps its models in the database and
 * gives dmn_model_read a resolver of its own.
 */
#ifndef DMN_LOAD_H
#define DMN_LOAD_H

#include "dmn/dmn.h"

enum { DMN_FILE_MAX = 16 << 20 };

/* The .dmn files of one folder, each read when it is first asked for. */
struct dmn_folder;

/* Lists the folder; reads nothing yet. */
BASE_MUST_USE enum err dmn_folder_open(struct arena *a, const char *path, bool partial, struct dmn_folder **out,
                                       struct diag *d);
/* A model by file name; imports come from the same folder. Findings of that file, not of its imports.
 * Models live in the arena of the folder. */
BASE_MUST_USE enum err dmn_folder_model(struct dmn_folder *f, struct str name, const struct dmn_model **out,
                                        struct dmn_finding **findings, struct diag *d);
/* Both for one path. */
BASE_MUST_USE enum err dmn_load(struct arena *a, const char *path, bool partial, const struct dmn_model **out,
                                struct dmn_finding **findings, struct diag *d);

#endif
