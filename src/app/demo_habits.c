/* demo_habits.c - how people in the demo city do each kind of step: how long it takes them, what they decide. */
#include "app/demo_int.h"

static const struct demo_habit habits[] = {
	{ "acceptance_check", 20, 500, false, { { "accept", 78, "{}" }, { "supplement", 15, "{\"missing\":\"身份证明复印件不清晰，请重新提供\\n申请表第二页未签名\"}" },
	  { "accept_follow", 4, "{\"outstanding\":\"从业人员健康证明（10个工作日内补齐）\"}" }, { "reject", 3, "{\"reasons\":\"申请事项不属于本机关职权范围（行政许可法第三十二条第一款第二项）。\"}" } } },
	{ "supplement", 300, 2400, false, { { "submit", 100, "{\"note\":\"已按告知内容补正。\"}" } } },
	{ "outstanding", 500, 2400, false, { { "submit", 100, "{\"note\":\"容缺材料已补齐。\"}" } } },
	{ "onsite_check", 200, 800, true, { { "pass", 90, "{\"score\":92,\"findings\":\"场所、设备、布局与申请材料一致。\",\"checked_on_site\":true}" },
	  { "fail", 10, "{\"score\":48,\"findings\":\"操作间与卫生间未有效隔离；无食品留样设备。\",\"checked_on_site\":true}" } } },
	{ "review", 90, 800, false, { { "approve", 92, "{\"opinion\":\"材料齐全，符合法定条件，拟准予。\"}" }, { "refuse", 8, "{\"reasons\":\"不符合法定条件、标准。\"}" } } },
	{ "decision", 40, 600, false, { { "grant", 90, "{\"opinion\":\"同意。\"}" }, { "refuse", 7, "{\"reasons\":\"经审查，申请不符合法定条件、标准。\"}" },
	  { "return", 3, "{\"reasons\":\"请补充说明审查依据。\"}" } } },
	{ "deliver", 60, 900, false, { { "deliver", 100, "{\"method\":\"electronic\"}" } } },
	{ "planning_opinion", 300, 2600, false, { { "agree", 88, "{\"opinion\":\"符合规划条件。\"}" }, { "conditions", 12, "{\"conditions\":\"按批准的总平面图放线。\"}" } } },
	{ "fire_opinion", 300, 2600, false, { { "agree", 84, "{\"opinion\":\"消防设计合格。\"}" }, { "conditions", 11, "{\"conditions\":\"疏散指示标志按规范增设。\"}" },
	  { "disagree", 5, "{\"reasons\":\"疏散楼梯净宽不足。\"}" } } },
	{ "ecology_opinion", 300, 2600, false, { { "agree", 92, "{\"opinion\":\"已办理环评手续。\"}" }, { "conditions", 8, "{\"conditions\":\"落实扬尘防治措施。\"}" } } },
	{ "defence_opinion", 300, 2600, false, { { "agree", 95, "{\"opinion\":\"同意。\"}" }, { "conditions", 5, "{\"conditions\":\"按规定缴纳易地建设费。\"}" } } },
	{ "expert_review", 2300, 4200, false, { { "pass", 80, "{\"findings\":\"设计方案可行。\",\"experts\":5}" }, { "conditions", 20, "{\"conditions\":\"补充基坑监测方案。\",\"experts\":5}" } } },
	{ "joint_summary", 150, 900, false, { { "approve", 94, "{\"opinion\":\"各部门意见一致，拟准予。\"}" }, { "refuse", 6, "{\"reasons\":\"有关部门不同意。\"}" } } },
	{ "extension_approval", 40, 300, false, { { "approve", 80, "{\"opinion\":\"同意延期。\"}" }, { "deny", 20, "{\"reasons\":\"理由不充分，请按期办结。\"}" } } },
	{ "after_check", 2000, 6000, true, { { "pass", 92, "{\"findings\":\"与承诺相符。\"}" }, { "fail", 8, "{\"findings\":\"实际布局与承诺不符。\"}" } } },
	{ "manual_check", 20, 200, false, { { "grant", 90, "{\"opinion\":\"核验一致。\"}" }, { "refuse", 10, "{\"reasons\":\"未取得本人授权。\"}" } } },
};

const struct demo_habit *demo_habit(struct str element)
{
	for (size_t i = 0; i < sizeof habits / sizeof *habits; i++)
		if (str_eqz(element, habits[i].element))
			return &habits[i];
	return NULL;
}
