/* api_machine.c - what needs somebody, and may the machine's clock be believed? For whoever watches over many machines, and for who sets it right. */
#include "web/api.h"
#include "web/web.h"

static const struct api_route table[] = {
	{ "GET", "/api/v1/machine-state", "getMachineState", "operations", "What is well and what needs somebody", API_OWN, "machine.state",
	  .answer = "MachineState", .status = 200, .who = WEB_ADMIN | WEB_AUDITOR, .own = API_OWN_MACHINE_STATE },
	{ "GET", "/api/v1/papers/lacking", "getPapersLacking", "operations", "Papers that lack the number of their licence and were not issued anew", API_VIEW, "papers.lacking",
	  .answer = "PapersLacking", .status = 200, .who = WEB_ADMIN, .slow = true },
	{ "GET", "/api/v1/machine-time", "getMachineTime", "operations", "Is the machine's clock in doubt, so that nothing falls due?", API_VIEW, "machine.time",
	  .answer = "MachineTime", .status = 200, .who = WEB_ADMIN | WEB_AUDITOR },
	{ "POST", "/api/v1/machine-time/confirm", "confirmMachineTime", "operations", "The machine's clock is right: let limits and timers go on", API_COMMAND, "time.confirm",
	  .answer = "MachineTimeConfirmed", .status = 200, .who = WEB_ADMIN },
};

const struct api_family api_machine = { table, sizeof table / sizeof *table };
