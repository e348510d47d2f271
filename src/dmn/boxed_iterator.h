/* boxed_iterator.h - shared by boxed_for.c, boxed_every.c and boxed_some.c only. */
#ifndef DMN_BOXED_ITERATOR_H
#define DMN_BOXED_ITERATOR_H

#include "dmn/dmn_int.h"

BASE_MUST_USE enum err dmn_iterator_read(struct dmn_reader *r, const struct xml_node *n, struct dmn_expr *e,
                                         const char *body);
BASE_MUST_USE enum err dmn_iterator_compile(struct dmn_reader *r, struct dmn_expr *e, const struct feel_names *names);
BASE_MUST_USE enum err dmn_iterator_open(struct dmn_run *run, const struct dmn_expr *e, const struct feel_value *scope,
                                         struct dmn_items *items);
BASE_MUST_USE enum err dmn_iterator_body(struct dmn_run *run, const struct dmn_expr *e, const struct feel_value *item,
                                         const struct feel_value *partial, const struct feel_value *scope,
                                         struct feel_value *out);
BASE_MUST_USE enum err dmn_iterator_each(const struct dmn_expr *e, dmn_visit visit, void *arg);
/* some: decisive true, every: decisive false. Three-valued; a body of another kind makes it null,
 * even when an earlier item has already decided. */
BASE_MUST_USE enum err dmn_quantified_eval(struct dmn_run *run, const struct dmn_expr *e,
                                           const struct feel_value *scope, bool decisive, struct feel_value *out);

#endif
