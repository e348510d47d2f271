/* api_schema.h - is a JSON value what its schema says? The part of JSON Schema 2020-12 that
 * web/openapi/components.json uses: $ref, type, enum, required, properties,
 * additionalProperties, items, anyOf, allOf, minimum, maximum, minLength, maxLength.
 *
 * Requests are held to it before anything else sees them; the tests hold the answers to it.
 */
#ifndef WEB_API_SCHEMA_H
#define WEB_API_SCHEMA_H

#include "base/diag.h"
#include "text/json.h"

/* `components` is the parsed file. ERR_INVALID "api.body" with the place ("applicant.name") and
 * what is wrong there; ERR_NOT_FOUND when there is no such schema. */
BASE_MUST_USE enum err api_schema_check(const struct json *components, struct str schema, const struct json *value, struct diag *d);
/* An unknown keyword anywhere in the components would be a promise that nobody keeps:
 * ERR_UNSUPPORTED with its name. Run once, by the tests. */
BASE_MUST_USE enum err api_schema_keywords(const struct json *components, struct diag *d);

#endif
