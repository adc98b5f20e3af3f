"""What activities hold about people: who plans them, who confirms them, who signed in on site."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from linli.core.parameters import Parameter, declare
from linli.core.privacy.choices import Ground
from linli.core.privacy.declare import (
    Holding,
    Item,
    Processing,
    Retention,
    Subject,
    declare_holdings,
    declare_not_personal,
    declare_processing,
    declare_retention,
)
from linli.core.privacy.holdings import STORED, delete_draft, erase_draft, owners, untouched_since
from linli.organizations.actions.activities import forget_check_in, withdraw_check_in
from linli.organizations.models import Activity, CheckIn

ACTIVITIES, SIGNED_IN = "activities", "check-ins"

declare_processing(
    Processing(
        ACTIVITIES,
        "社会组织的活动",
        "策划、报备、公布和核实活动，看组织是不是真的在活动",
        Ground.DUTY,
        "个人信息保护法第十三条第一款第三项、第三十四条；重大活动报告制度",
        "填写活动的人",
        "组织的负责人自己填写；没有账号的由社区工作者代填",
        "所在社区、街道、区民政局的经办人和联合会；对外公开活动，不公开填写的人",
        STORED,
    ),
    Processing(
        SIGNED_IN,
        "活动的现场签到",
        "核实活动办过、有人参加",
        Ground.DUTY,
        "个人信息保护法第十三条第一款第三项、第三十四条；到场的人自己决定签不签",
        "参加活动并签到的人",
        "本人在现场输入签到码",
        "只统计人数，名单不给举办方，也不公开",
        STORED,
    ),
)


def _people(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.values("person")


def _kept(activity: Activity, subject: Subject) -> str:
    return "活动还没有办完，请先取消" if activity.is_open and activity.began_at is not None else ""


declare_holdings(
    Holding(
        "activities",
        "我填写的活动",
        "organizations.Activity",
        ACTIVITIES,
        lambda subject: Activity.objects.filter(owner=subject.key).select_related("organization"),
        (
            Item("organization", "组织", show=lambda row: row.organization.name),
            Item("name", "活动名称"),
            Item("number", "编号"),
            Item("state", "状态"),
            Item("starts_at", "开始时间"),
            Item("place", "地点"),
            Item("plan", "怎么办"),
            Item("money_from", "钱从哪里来、怎么用"),
            Item("summary_text", "总结"),
        ),
        unit="场",
        url=lambda row: str(row.get_absolute_url()),
        erase=erase_draft,
        kept_by_law=_kept,
        scope=lambda row: str(row.scope),
        persons=owners,
    ),
    Holding(
        "check-ins",
        "我的活动签到",
        "organizations.CheckIn",
        SIGNED_IN,
        lambda subject: CheckIn.objects.filter(person=subject.key).select_related("activity__organization"),
        (
            Item("activity", "活动", show=lambda row: row.activity.title),
            Item("at", "签到时间"),
        ),
        erase=withdraw_check_in,
        scope=lambda row: str(row.activity.scope),
        persons=_people,
    ),
)
declare_not_personal(
    organizations_Activity_name="活动的名称，公开",
    organizations_Activity_place="活动的地点，公开",
    organizations_ClosedYear="年度由谁结账，是履行职务的记录",
)
declare(
    Parameter(
        "retention.check_in_days",
        int,
        730,
        "天",
        "保存期限：活动的现场签到",
        "最小必要（个人信息保护法第十九条）[V-]；天数为本系统所定，够核对两个年度",
        90,
        1825,
    ),
)
declare_retention(
    Retention(
        "activity-drafts",
        "没有提交的活动",
        ACTIVITIES,
        "自最后一次修改之日",
        "删除草稿和附件",
        "同 retention.draft_days",
        "retention.draft_days",
        "organizations.Activity",
        lambda cutoff: untouched_since(Activity, cutoff),
        delete_draft,
        since="created_at",
    ),
    Retention(
        "check-ins",
        "活动的现场签到",
        SIGNED_IN,
        "自签到之日",
        "删除签到，活动只留人数",
        "同 retention.check_in_days",
        "retention.check_in_days",
        "organizations.CheckIn",
        lambda cutoff: CheckIn.objects.filter(at__lt=cutoff),
        forget_check_in,
        since="at",
    ),
)
