/* command.c - every command there is, and the roles that may use it at all. */
#include "casework/access_int.h"

static const struct command_whole region = { "SELECT name, name_en, level, parent FROM region WHERE code=?1", "code", .kinds = "region.put" },
	organ = { "SELECT name, name_en, region, nature, parent, data, ended_ms FROM organ WHERE code=?1", "code", .kinds = "organ.put" },
	/* not the password: a form that leaves it empty leaves it as it is */
	person = { "SELECT name, name_en, staff, phone, id_type, id_no, email, address, enabled FROM person WHERE login=?1", "login", .kinds = "person.put" },
	post = { "SELECT organ, role, name, name_en, a, b, data, ended_ms FROM post WHERE code=?1", "code", .kinds = "post.put" },
	item = { "SELECT version, name, name_en, organ, region, kind, audience, pack, instant, online, live, promised, statutory, unit, data FROM item WHERE impl_code=?1",
	         "impl_code", .kinds = "item.put" },
	setting = { "SELECT value FROM setting WHERE name=?1", "name", .kinds = "setting.put" },
	access_rules = { "SELECT value FROM setting WHERE name=?1", .only = "powers.access", .kinds = "setting.put", .member = "name" },
	/* which law's limit it keeps within belongs to what is signed */
	promise = { "SELECT r.item, r.amount, r.unit, r.reason, r.from_ms, r.state, i.name, i.statutory, i.unit FROM promise r JOIN item i ON i.id=r.item WHERE r.id=?1", "promise",
	            .kinds = "promise.proposed promise.settled", .signs = true },
	absence = { "SELECT person, kind, from_ms, until_ms, whereabouts, state FROM absence WHERE id=?1", "absence", .kinds = "absence.noted absence.changed absence.began absence.ended" },
	powers_list = { "SELECT code, name, name_en, item_kind, basis, functions, items FROM power WHERE organ=(SELECT id FROM organ WHERE code=?1) AND kind=?2 AND version=0 ORDER BY code",
	         "organ kind", .last = "SELECT by_person, at_ms FROM power_draft WHERE organ=(SELECT id FROM organ WHERE code=?1) AND kind=?2", .signs = true },
	power = { "SELECT name, name_en, item_kind, basis, functions, items FROM power WHERE organ=(SELECT id FROM organ WHERE code=?1) AND kind=?2 AND version=0 AND code=?3",
	          "organ kind code", .last = "SELECT by_person, at_ms FROM power_draft WHERE organ=(SELECT id FROM organ WHERE code=?1) AND kind=?2 AND ?3 IS NOT NULL" },
	plan = { "SELECT title, reason, at_ms, lines, state FROM plan WHERE plan_no=?1", "plan", .kinds = "plan.put", .member = "plan_no" };

static const struct command_def commands[] = {
	{ "person.register", ROLE_VISITOR | ROLE_SYSTEM, act_person_register },
	{ "draft.save", ROLE_CITIZEN, act_draft_save },
	{ "draft.delete", ROLE_CITIZEN, act_draft_delete },
	{ "document.add", ROLE_VISITOR | ROLE_CITIZEN | ROLE_SYSTEM, act_document_add },
	{ "document.drop", ROLE_CITIZEN, act_upload_drop },
	{ "notice.read", ROLE_CITIZEN, act_notice_read },
	{ "session.put", ROLE_SYSTEM, act_session_put },
	{ "session.drop", ROLE_SYSTEM, act_session_drop },
	{ "case.submit", ROLE_VISITOR | ROLE_CITIZEN | ROLE_SYSTEM, act_case_submit },
	{ "case.withdraw", ROLE_VISITOR | ROLE_CITIZEN | ROLE_SYSTEM, act_case_withdraw },
	{ "case.rate", ROLE_VISITOR | ROLE_CITIZEN | ROLE_SYSTEM, act_case_rate },
	{ "case.suspend", ROLE_REVIEWER | ROLE_HEAD | ROLE_SYSTEM, act_case_suspend },
	{ "case.resume", ROLE_REVIEWER | ROLE_HEAD | ROLE_SYSTEM, act_case_resume },
	{ "case.message", ROLE_HANDLERS | ROLE_SYSTEM, act_case_message },
	{ "case.note", ROLE_HANDLERS | ROLE_SUPERVISOR | ROLE_SYSTEM, act_case_note },
	{ "case.import", ROLE_SYSTEM, act_case_import },
	{ "case.retry", ROLE_ADMIN | ROLE_SYSTEM, act_case_retry },
	{ "case.move", ROLE_ADMIN | ROLE_SYSTEM, act_case_move },
	{ "case.cancel", ROLE_ADMIN | ROLE_SYSTEM, act_case_cancel },
	{ "case.migrate", ROLE_ADMIN | ROLE_SYSTEM, act_case_migrate },
	{ "paper.reissue", ROLE_ADMIN | ROLE_SYSTEM, act_paper_reissue },
	{ "pack.pause", ROLE_ADMIN | ROLE_SYSTEM, act_pack_pause },
	{ "pack.resume", ROLE_ADMIN | ROLE_SYSTEM, act_pack_resume },
	{ "time.confirm", ROLE_ADMIN | ROLE_SYSTEM, act_time_confirm },
	{ "step.claim", ROLE_HANDLERS, act_step_claim },
	{ "step.complete", ROLE_VISITOR | ROLE_CITIZEN | ROLE_HANDLERS | ROLE_SYSTEM, act_step_complete },
	{ "step.reassign", ROLE_HANDLERS | ROLE_SYSTEM, act_step_reassign },
	{ "step.return", ROLE_HANDLERS, act_step_return },
	{ "absence.note", ROLE_STAFF | ROLE_SYSTEM, act_absence_note },
	{ "absence.change", ROLE_STAFF | ROLE_SYSTEM, act_absence_change, &absence },
	{ "absence.end", ROLE_STAFF | ROLE_SYSTEM, act_absence_end, &absence },
	{ "structure.import", ROLE_ADMIN | ROLE_SYSTEM, act_structure_import },
	{ "plan.put", ROLE_ADMIN | ROLE_SYSTEM, act_plan_put, &plan },
	{ "plan.add", ROLE_ADMIN | ROLE_SYSTEM, act_plan_add },
	{ "plan.drop", ROLE_ADMIN | ROLE_SYSTEM, act_plan_drop },
	{ "plan.preview", ROLE_ADMIN | ROLE_SYSTEM, act_plan_preview },
	{ "plan.schedule", ROLE_ADMIN | ROLE_SYSTEM, act_plan_schedule, &plan },
	{ "plan.cancel", ROLE_ADMIN | ROLE_SYSTEM, act_plan_cancel },
	{ "contact.take", ROLE_STAFF | ROLE_SYSTEM, act_contact_take },
	{ "contact.hand", ROLE_STAFF | ROLE_SYSTEM, act_contact_hand },
	{ "contact.accept", ROLE_STAFF | ROLE_SYSTEM, act_contact_accept },
	{ "contact.decline", ROLE_STAFF | ROLE_SYSTEM, act_contact_decline },
	{ "contact.close", ROLE_STAFF | ROLE_SYSTEM, act_contact_close },
	{ "promise.propose", ROLE_HEAD | ROLE_ADMIN | ROLE_SYSTEM, act_promise_propose },
	{ "promise.sign", ROLE_HEAD | ROLE_SUPERVISOR | ROLE_ADMIN | ROLE_SYSTEM, act_promise_sign, &promise },
	{ "promise.refuse", ROLE_HEAD | ROLE_SUPERVISOR | ROLE_ADMIN | ROLE_SYSTEM, act_promise_refuse },
	{ "timer.fire", ROLE_SYSTEM, act_timer_fire },
	{ "timer.postpone", ROLE_SYSTEM, act_timer_postpone },
	{ "record.pass", ROLE_SYSTEM, act_record_pass },
	{ "region.put", ROLE_ADMIN | ROLE_SYSTEM, act_region_put, &region },
	{ "organ.put", ROLE_ADMIN | ROLE_SYSTEM, act_organ_put, &organ },
	{ "person.put", ROLE_ADMIN | ROLE_SYSTEM, act_person_put, &person },
	{ "post.put", ROLE_ADMIN | ROLE_SYSTEM, act_post_put, &post },
	{ "item.put", ROLE_ADMIN | ROLE_SYSTEM, act_item_put, &item },
	{ "pack.add", ROLE_ADMIN | ROLE_SYSTEM, act_pack_add },
	{ "setting.put", ROLE_ADMIN | ROLE_SYSTEM, act_setting_put, &setting },
	{ "calendar.add", ROLE_ADMIN | ROLE_SYSTEM, act_calendar_add },
	{ "power.put", ROLE_ADMIN | ROLE_HEAD | ROLE_SYSTEM, act_power_put, &power },
	{ "power.drop", ROLE_ADMIN | ROLE_HEAD | ROLE_SYSTEM, act_power_drop, &power },
	{ "powers.publish", ROLE_ADMIN | ROLE_HEAD | ROLE_SYSTEM, act_powers_publish, &powers_list },
	{ "function.grant", ROLE_ADMIN | ROLE_SYSTEM, act_function_grant },
	{ "function.withdraw", ROLE_ADMIN | ROLE_SYSTEM, act_function_withdraw },
	{ "access.put", ROLE_ADMIN | ROLE_SYSTEM, act_access_put, &access_rules },
	{ "delegation.give", ROLE_HEAD | ROLE_SYSTEM, act_delegation_give },
	{ "delegation.revoke", ROLE_HEAD | ROLE_ADMIN | ROLE_SYSTEM, act_delegation_revoke },
	{ "interest.declare", ROLE_STAFF, act_interest_declare },
	{ "interest.end", ROLE_STAFF, act_interest_end },
	{ "case.recuse", ROLE_HANDLERS | ROLE_SYSTEM, act_case_recuse },
	{ "case.challenge", ROLE_VISITOR | ROLE_CITIZEN | ROLE_SYSTEM, act_case_challenge },
	{ "case.challenge_decide", ROLE_HEAD | ROLE_SYSTEM, act_case_challenge_decide },
	{ "case.report", ROLE_HANDLERS | ROLE_SYSTEM, act_case_report },
	{ "case.break_glass", ROLE_STAFF, act_case_glass },
	{ "case.unmask", ROLE_STAFF, act_case_unmask },
	{ "factor.set", ROLE_SYSTEM, act_factor_set },
	{ "factor.off", ROLE_SYSTEM, act_factor_off },
	{ "factor.used", ROLE_SYSTEM, act_factor_used },
	{ "recovery.use", ROLE_SYSTEM, act_recovery_use },
	{ "ticket.put", ROLE_SYSTEM, act_ticket_put },
	{ "ticket.take", ROLE_SYSTEM, act_ticket_take },
	{ "secret.put", ROLE_SYSTEM, act_secret_put },
	{ "session.end", ROLE_SYSTEM, act_session_end },
	{ "client.put", ROLE_ADMIN | ROLE_SYSTEM, act_client_put },
	{ "client.drop", ROLE_ADMIN | ROLE_SYSTEM, act_client_drop },
	{ "identity.link", ROLE_SYSTEM, act_identity_link },
	{ "token.create", ROLE_CITIZEN | ROLE_ADMIN | ROLE_SYSTEM, act_token_create },
	{ "token.revoke", ROLE_CITIZEN | ROLE_ADMIN | ROLE_SYSTEM, act_token_revoke },
};

static const struct command_def *find_in(const struct command_def *list, size_t count, struct str name)
{
	for (size_t i = 0; i < count; i++)
		if (str_eqz(name, list[i].name))
			return &list[i];
	return NULL;
}

const struct command_def *command_find(const struct casework *cw, struct str name)
{
	const struct command_def *def = find_in(commands, sizeof commands / sizeof *commands, name);
	for (size_t i = 0; !def && i < cw->rooms_count; i++)
		def = find_in(cw->rooms[i]->commands, cw->rooms[i]->commands_count, name);
	return def;
}
