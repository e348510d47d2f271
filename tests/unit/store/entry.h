/* entry.h - texts as a press meets them. */
#ifndef TESTS_STORE_ENTRY_H
#define TESTS_STORE_ENTRY_H

#include <stdio.h>

#include "base/str.h"

/* What an office writes over and over; no two alike. */
static struct str entry(char *room, size_t size, int i)
{
	int n = snprintf(room, size, "{\"applicant\":\"林晓%d\",\"business_name\":\"茶山路餐馆\",\"case\":%d,\"claimed\":false,\"due_ms\":17%011d,\"element\":\"acceptance_check\","
	                             "\"kind\":\"working-days\",\"level\":\"notice\",\"materials\":[\"business-licence\",\"identity-document\",\"proof-of-premises\"],"
	                             "\"organ\":%d,\"provisional\":false,\"reason\":\"assigned\",\"state\":\"received\",\"title\":\"食品经营许可\"}",
	                 i * 7919 % 100003, i, i * 997 % 1000003, i % 40);
	return str_span(room, (size_t)n);
}

#endif
