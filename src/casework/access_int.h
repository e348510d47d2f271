/* access_int.h - private to the room: powers as an office declares them, and the one question "may this person do this
 * here and now?".
 *
 * A *function* is what an action of a step does in law: accept, examine, inspect, appraise, decide, deliver, and what goes
 * with a post: seal, coordinate, report, personal. data/powers/functions.json says which roles of posts have which
 * functions, and which of them the head may delegate. A *power* is an entry of an organ's published list: a legal basis, the
 * items and the functions that it covers. A post has the functions of its role, or, once any were granted to it by name,
 * those alone. A *delegation* lends functions of one post to another for a time.
 *
 * The facts about an action are put to the decision `access` (data/powers/access.dmn, or what the office has put in its
 * place); what no rule allows is denied.
 */
#ifndef CASEWORK_ACCESS_INT_H
#define CASEWORK_ACCESS_INT_H

#include "casework/casework_int.h"

/* ---- powers.c ---- */
/* What powers_roles asks, said ahead. */
void powers_ahead(struct store_conn *c, const struct casework_actor *actor);
/* Of what decides who handles a case: by the case alone, and by its organ. */
void powers_case_ahead(struct store_conn *c, int64_t person, int64_t case_id);
void powers_organ_ahead(struct store_conn *c, int64_t person, int64_t organ);
void holds_post_ahead(struct store_conn *c, int64_t person, int64_t post);

/* ---- functions.c: what there is, from data/powers/functions.json ---- */
BASE_MUST_USE enum err functions_load(struct casework *cw, struct str text, struct diag *d);
bool function_known(const struct casework *cw, struct str code);
bool function_delegable(const struct casework *cw, struct str code);
/* Does the role have it when nothing is granted by name? */
bool function_of_role(const struct casework *cw, struct str code, struct str role);
/* The function of an action: its own attribute, else the step's, else that of the role that does the step. */
struct str function_of_action(const struct bpmn_element *step, const struct xml_node *action);
/* [{code, name, name_en, delegable, roles}] */
const struct json *functions_json(const struct casework *cw);

/* ---- access.c ---- */
/* What is asked of whoever looks at this step, whichever its functions are, said ahead. */
void access_ahead(struct store_conn *c, int64_t person, int64_t now_ms, const struct step_row *s);

/* How a person comes to a step; the value of the fact `holds`. */
enum access_by { ACCESS_NONE, ACCESS_POST, ACCESS_ASSIGNED, ACCESS_DELEGATION };

struct access_answer {
	bool allowed;
	struct str reason;      /* of a denial: "own-case", "interest", "not-listed", "no-function", "not-yours", ...; "" when allowed */
	enum access_by by;
	int64_t delegation;     /* that made it possible; 0 = none */
};

struct access_ask {
	struct casework *cw;
	struct store_conn *c;
	struct arena *a;
	int64_t person, now_ms;
	const struct case_row *k;
	const struct step_row *s;
	struct str function;    /* empty = any function of the step: may the person take it at all? */
};

/* Decides; out->reason lives in ask->a. ERR_NOMEM, ERR_IO; a rule that gives no answer is a denial. */
BASE_MUST_USE enum err access_decide(const struct access_ask *ask, struct access_answer *out, struct diag *d);
/* The refusal for a denial, in a person's words. */
enum err access_refuse(struct act *act, const struct access_answer *answer);
/* Reads a model that is to stand in for the shipped one and tries the examples that must always hold (nobody handles a
 * case of one's own, nobody with an interest, nobody from nowhere). */
BASE_MUST_USE enum err access_check(struct str dmn, struct arena *a, struct diag *d);
/* inputs, outputs [{name, label}], rules [{number, inputs, outputs, annotation}] of a table of access rules. */
BASE_MUST_USE enum err access_table_json(struct str dmn, struct arena *a, struct json_build *out, struct diag *d);
BASE_MUST_USE enum err access_load(struct casework *cw, struct str shipped, struct diag *d);

/* ---- delegation.c ---- */

/* Does a delegation lend the person this function of the organ now? */
bool delegation_lends(struct store_conn *c, int64_t person, int64_t organ, const char *function, int64_t now_ms);
/* Its head, or who was lent `coordinate`: may hand steps of the organ from one to another. */
bool powers_steers(struct store_conn *c, int64_t person, int64_t organ, int64_t now_ms);

/* ---- powers.c ---- */
bool powers_second_person(struct store_conn *c, int64_t person, const struct step_row *s);

/* ---- interest.c ---- */

/* "none", "declared" (an interest in this applicant), or "recused" (from this case). */
struct str interest_in(struct store_conn *c, struct arena *a, int64_t person, const struct case_row *k);

/* ---- personal.c ---- */

/* "110********2345": what others may see of a number, which may have words in it; head and tail are characters. */
struct str personal_mask(struct arena *a, struct str s, size_t head, size_t tail);

/* ---- glass.c ---- */

/* Has the person broken the glass of this case, and is the time not over? */
bool glass_open(struct store_conn *c, int64_t person, int64_t case_id);
BASE_MUST_USE enum err glass_over(struct act *act, int64_t case_id, int64_t person);

enum err act_power_put(struct act *act), act_power_drop(struct act *act), act_powers_publish(struct act *act),
	act_function_grant(struct act *act), act_function_withdraw(struct act *act), act_access_put(struct act *act);
enum err act_delegation_give(struct act *act), act_delegation_revoke(struct act *act), act_case_report(struct act *act);
enum err act_interest_declare(struct act *act), act_interest_end(struct act *act), act_case_recuse(struct act *act),
	act_case_challenge(struct act *act), act_case_challenge_decide(struct act *act);
enum err act_case_glass(struct act *act), act_case_unmask(struct act *act);

#endif
