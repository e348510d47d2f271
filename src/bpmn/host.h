/* host.h - a small host in memory: several instances of one file, its messages, signals and
 * calls passed between them, virtual time. For trying a model out (banjie bpmn run), for the
 * conformance suite and for tests. The real host is casework.
 */
#ifndef BPMN_HOST_H
#define BPMN_HOST_H

#include "bpmn/bpmn.h"

struct bpmn_host;

struct bpmn_host_options {
	const struct bpmn_model *model;
	const struct calendar *calendar;  /* may be NULL */
	const struct dmn_model *(*decision)(void *arg, struct str id); /* may be NULL */
	void *decision_arg;
	int64_t now_ms;
	int32_t offset_s;
	bool complete_jobs;               /* jobs succeed at once, without a result */
	bool complete_tasks;              /* user tasks as well */
	bool replay;                      /* between any two commands the instance is written and read again */
	uint32_t steps_max;
	/* Every event as it happens; may be NULL. */
	void (*trace)(void *arg, uint32_t instance, int64_t now_ms, const struct bpmn_event *e);
	void *trace_arg;
};

/* Everything lives in the arena. */
BASE_MUST_USE enum err bpmn_host_new(struct arena *a, const struct bpmn_host_options *o, struct bpmn_host **out);
/* Timer, message, signal and condition starts are armed, but not for `except` (may be empty). */
BASE_MUST_USE enum err bpmn_host_deploy(struct bpmn_host *h, struct str except, struct diag *d);
/* Starts an instance and runs everything until nothing moves. *instance counts from 0. */
BASE_MUST_USE enum err bpmn_host_start(struct bpmn_host *h, struct str process, struct str element,
                                       const struct feel_value *variables, uint32_t *instance, struct diag *d);
BASE_MUST_USE enum err bpmn_host_command(struct bpmn_host *h, uint32_t instance, const struct bpmn_command *c, struct diag *d);
/* Offers variables to conditional start events; those whose condition holds start an instance. */
BASE_MUST_USE enum err bpmn_host_conditions(struct bpmn_host *h, const struct feel_value *variables, struct diag *d);
/* The earliest timer; false when there is none. */
bool bpmn_host_next(const struct bpmn_host *h, int64_t *due_ms);
/* Sets the clock, which never goes back, and fires what is due by then, in due order. */
BASE_MUST_USE enum err bpmn_host_advance(struct bpmn_host *h, int64_t to_ms, struct diag *d);
int64_t bpmn_host_now(const struct bpmn_host *h);
size_t bpmn_host_count(const struct bpmn_host *h);
const struct bpmn_instance *bpmn_host_instance(const struct bpmn_host *h, uint32_t instance);

#endif
