/* api_machine.c - may the machine's clock be believed? For whoever watches over many machines, and for who sets it right. */
#include "web/api.h"
#include "web/web.h"

static const struct api_route table[] = {
	{ "GET", "/api/v1/machine-time", "getMachineTime", "operations", "Is the machine's clock in doubt, so that nothing falls due?", API_VIEW, "machine.time",
	  .answer = "MachineTime", .status = 200, .who = WEB_ADMIN | WEB_AUDITOR },
	{ "POST", "/api/v1/machine-time/confirm", "confirmMachineTime", "operations", "The machine's clock is right: let limits and timers go on", API_COMMAND, "time.confirm",
	  .answer = "MachineTimeConfirmed", .status = 200, .who = WEB_ADMIN },
};

const struct api_family api_machine = { table, sizeof table / sizeof *table };
