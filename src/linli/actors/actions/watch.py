"""The weekly check of the trace, and who hears of it."""

from __future__ import annotations

from django.urls import reverse

from linli.actors.choices import Role
from linli.actors.queries import posts_on
from linli.core import clock
from linli.core.access.models import User
from linli.core.audit.actions import begin_marks, verify
from linli.core.audit.chain import seal_events
from linli.core.audit.heads import keep_head
from linli.core.audit.models import Verification
from linli.core.notices import notify

KIND = "audit.head"


def check_and_tell() -> Verification:
    """Seal, check everything, and give every audit administrator the newest hash, or the alarm."""
    begin_marks()
    seal_events()
    keep_head(now=True)
    made = Verification.objects.create()
    report = verify(made)
    if report.clean:
        title = f"办理记录完好，最新为第 {report.through} 号封存"
        body = f"校验值 {report.head}。请抄录或公布到别处，此前的记录就再也改不了而不被发现。"
    else:
        title = f"核验发现 {len(report.findings) + report.more} 处改动，请马上查看"
        body = "请先保留现场（备份数据库和日志），再查是谁做的。"
    for user in audit_administrators():
        notify(user, kind=KIND, title=title, body=body, url=reverse("core:audit_checks"))
    return made


def audit_administrators() -> list[User]:
    """Who holds the post today, wherever."""
    posts = posts_on(clock.today()).filter(role=Role.AUDITADMIN, user__is_active=True).select_related("user")
    return list({post.user_id: post.user for post in posts.order_by("pk")}.values())
