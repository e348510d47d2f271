/* api_roster.c - routes of attendance, training and certificates. */
#include "web/api.h"
#include "web/web.h"

#define V1(path) "/api/v1" path
#define VIEW API_VIEW
#define CMD API_COMMAND
#define PAGE "cursor limit:int"
#define KEEPERS WEB_HEAD | WEB_ADMIN
#define READERS WEB_HEAD | WEB_OVERSIGHT | WEB_ADMIN

static const struct api_route table[] = {
	/* ---- attendance ---- */
	{ "GET", V1("/attendance"), "getAttendance", "roster", "A month of mine, or of a colleague whose file I may read", VIEW, "attendance",
	  .query = "person month", .answer = "Attendance", .status = 200, .who = WEB_STAFF },
	{ "POST", V1("/attendance/marks"), "markAttendance", "roster", "I come, or I go", CMD, "attendance.mark",
	  .body = "AttendanceMark", .answer = "AttendanceMarked", .status = 201, .who = WEB_STAFF },
	{ "POST", V1("/attendance/corrections"), "correctAttendance", "roster", "Enter for a colleague what was forgotten, with the reason", CMD, "attendance.correct",
	  .body = "AttendanceCorrection", .answer = "AttendanceMarked", .status = 201, .who = KEEPERS },
	{ "POST", V1("/attendance/marks/{mark:int}/strike"), "strikeAttendance", "roster", "Strike an entry out, with the reason", CMD, "attendance.strike",
	  .body = "Reason", .answer = "Anything", .status = 200, .who = KEEPERS },
	{ "PUT", V1("/absences/{absence:int}/approval"), "approveAbsence", "roster", "Approve an absence, or refuse to", CMD, "attendance.approve",
	  .body = "AbsenceApproval", .answer = "Anything", .status = 200, .who = KEEPERS },
	{ "GET", V1("/attendance/sheet"), "getAttendanceSheet", "roster", "An office's month: a row a person, a column a day", VIEW, "attendance.sheet",
	  .query = "organ month", .answer = "AttendanceSheet", .status = 200, .who = READERS },
	{ "POST", V1("/attendance/hours"), "setOfficeHours", "roster", "Office hours from a day on", CMD, "attendance.hours",
	  .body = "OfficeHours", .answer = "Anything", .status = 200, .who = WEB_ADMIN },

	/* ---- training ---- */
	{ "GET", V1("/courses"), "listCourses", "roster", "Courses", VIEW, "courses", .query = PAGE, .answer = "RowPage", .status = 200, .who = WEB_STAFF },
	{ "POST", V1("/courses"), "putCourse", "roster", "Add or change a course", CMD, "course.put", .body = "Course", .answer = "Anything", .status = 200, .who = KEEPERS },
	{ "GET", V1("/personnel"), "listPersonnel", "roster", "Hours of training of a year against what is required, and how certificates stand", VIEW, "roster.people",
	  .query = "organ year q " PAGE, .answer = "PersonnelPage", .status = 200, .who = READERS },
	{ "GET", V1("/personnel/file"), "getPersonnelFile", "roster", "My trainings and certificates, or a colleague's", VIEW, "roster.person",
	  .query = "person year", .answer = "PersonnelFile", .status = 200, .who = WEB_STAFF },
	{ "POST", V1("/trainings"), "recordTraining", "roster", "Record that a colleague attended a course", CMD, "training.record",
	  .body = "Training", .answer = "TrainingRecorded", .status = 201, .who = KEEPERS },
	{ "POST", V1("/trainings/{training:int}/strike"), "strikeTraining", "roster", "Strike a record out, with the reason", CMD, "training.strike",
	  .body = "Reason", .answer = "Anything", .status = 200, .who = KEEPERS },

	/* ---- certificates ---- */
	{ "GET", V1("/certificates"), "listCertificates", "roster", "Certificates, and how they stand", VIEW, "certificates",
	  .query = "organ kind standing " PAGE, .answer = "CertificatePage", .status = 200, .who = READERS },
	{ "POST", V1("/certificates"), "putCertificate", "roster", "Enter or renew a certificate", CMD, "certificate.put",
	  .body = "Certificate", .answer = "CertificatePut", .status = 201, .who = KEEPERS },
	{ "POST", V1("/certificates/{certificate:int}/halt"), "haltCertificate", "roster", "Suspend or revoke a certificate, with the reason", CMD, "certificate.halt",
	  .body = "CertificateHalt", .answer = "Anything", .status = 200, .who = KEEPERS },
	{ "POST", V1("/certificates/{certificate:int}/restore"), "restoreCertificate", "roster", "End a suspension", CMD, "certificate.restore",
	  .body = "Reason", .answer = "Anything", .status = 200, .who = KEEPERS },

	/* ---- lists ---- */
	{ "GET", V1("/roster/export"), "exportRoster", "roster", "Courses, trainings and certificates as rows that can be read in again", VIEW, "roster.export",
	  .answer = "StructureRows", .status = 200, .who = WEB_ADMIN },
	{ "POST", V1("/roster/import"), "importRoster", "roster", "Read in courses, trainings, certificates and marks: all rows or none", CMD, "roster.import",
	  .body = "StructureImport", .answer = "StructureImported", .status = 200, .who = WEB_ADMIN },
};

const struct api_family api_roster = { table, sizeof table / sizeof *table };
