/* courier_room.c - what the room brings. Subscriptions are record; cursors, deliveries and secrets are workspace. */
#include "courier/courier_int.h"

static const char first_schema[] =
	"CREATE TABLE webhook(id INTEGER PRIMARY KEY, name TEXT NOT NULL, url TEXT NOT NULL, kinds TEXT NOT NULL, organ INTEGER, personal INTEGER NOT NULL,"
	" enabled INTEGER NOT NULL, from_seq INTEGER NOT NULL, at_ms INTEGER NOT NULL, removed_ms INTEGER);"
	"CREATE TABLE courier_secret(webhook INTEGER PRIMARY KEY, secret TEXT NOT NULL);"
	"CREATE TABLE courier_cursor(name TEXT PRIMARY KEY, seq INTEGER NOT NULL);"
	"CREATE TABLE courier_delivery(id INTEGER PRIMARY KEY, kind TEXT NOT NULL, webhook INTEGER NOT NULL, ref INTEGER NOT NULL, state TEXT NOT NULL,"
	" attempts INTEGER NOT NULL, next_ms INTEGER, last_ms INTEGER, status INTEGER, error TEXT, at_ms INTEGER NOT NULL, UNIQUE(kind, webhook, ref));"
	"CREATE INDEX courier_delivery_due ON courier_delivery(state, next_ms); CREATE INDEX courier_delivery_webhook ON courier_delivery(webhook, state);";

static const struct store_migration migrations[] = { { 1, "subscriptions and deliveries", first_schema } };
static const struct casework_table tables[] = { { "webhook", "id" } };

static const struct apply_rule rules[] = {
	/* a subscription that is changed keeps where it began, unless it was switched off meanwhile */
	{ "webhook.put", "INSERT INTO webhook(id, name, url, kinds, organ, personal, enabled, from_seq, at_ms) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
	  " ON CONFLICT(id) DO UPDATE SET name=?2, url=?3, kinds=?4, organ=?5, personal=?6, from_seq=CASE WHEN webhook.enabled=1 THEN webhook.from_seq ELSE ?8 END, enabled=?7",
	  "webhook name url kinds organ_id personal enabled from_seq at_ms", NULL },
	{ "webhook.rotated", NULL, NULL, NULL },
	{ "notice.delivered", NULL, NULL, NULL }, /* for the rooms that count on it */
	{ "notice.undelivered", NULL, NULL, NULL },
	{ "webhook.removed", "UPDATE webhook SET removed_ms=?2, enabled=0 WHERE id=?1", "webhook at_ms", NULL },
};

static const struct command_whole webhook = { "SELECT name, url, kinds, organ, personal, enabled FROM webhook WHERE id=?1 AND removed_ms IS NULL", "webhook",
	                                       .kinds = "webhook.put" };

static const struct command_def commands[] = {
	{ "courier.collect", ROLE_SYSTEM, act_courier_collect },
	{ "courier.again", ROLE_SYSTEM, act_courier_again },
	{ "courier.report", ROLE_SYSTEM, act_courier_report },
	{ "delivery.retry", ROLE_ADMIN | ROLE_SYSTEM, act_courier_retry },
	{ "webhook.put", ROLE_ADMIN | ROLE_SYSTEM, act_webhook_put, &webhook },
	{ "webhook.rotate", ROLE_ADMIN | ROLE_SYSTEM, act_webhook_rotate },
	{ "webhook.remove", ROLE_ADMIN | ROLE_SYSTEM, act_webhook_remove },
};

static const struct view_def views[] = {
	{ "courier.work", ROLE_SYSTEM, view_courier_work },
	{ "webhooks", ROLE_ADMIN | ROLE_SYSTEM, view_webhooks, VIEW_ROUND },
	{ "deliveries", ROLE_ADMIN | ROLE_SYSTEM, view_deliveries, VIEW_ROUND },
};

static const char *const ids[] = { "SELECT max(id) FROM webhook WHERE ?1=1" };

#define COUNT(list) (sizeof(list) / sizeof *(list))

const struct casework_room courier_room = {
	.name = "courier", .migrations = migrations, .migrations_count = COUNT(migrations), .tables = tables, .tables_count = COUNT(tables),
	.rules = rules, .rules_count = COUNT(rules), .commands = commands, .commands_count = COUNT(commands), .views = views, .views_count = COUNT(views),
	.ids = ids, .ids_count = COUNT(ids),
};
