"""How long the kernel keeps what it holds, and what then happens."""

from __future__ import annotations

import datetime as dt
from typing import Any

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef, Q, QuerySet

from linli.core.access.models import User
from linli.core.access.password_models import FormerPassword
from linli.core.audit.models import Event
from linli.core.files.actions import erase_attachments
from linli.core.files.models import Attachment
from linli.core.files.registry import READABLE
from linli.core.notices.models import Delivery, Notice
from linli.core.parameters import Parameter, declare, value_of
from linli.core.privacy.actions.erasing import drop_takeout
from linli.core.privacy.choices import TakeoutState
from linli.core.privacy.declare import (
    Retention,
    declare_retention,
)
from linli.core.privacy.holdings.purposes import SIGN_UP
from linli.core.privacy.holdings.rows import forget_words
from linli.core.privacy.models import DataRequest, Takeout
from linli.core.workflow.models import Task

declare(
    Parameter(
        "retention.draft_days",
        int,
        180,
        "天",
        "保存期限：没有提交的草稿",
        "最小必要（个人信息保护法第十九条）[V-]；天数为本系统所定",
        30,
        730,
    ),
    # What lies in no district is kept for the whole installation: by the system administrator what is a matter of
    # space, by the security administrator what traces who signed in.
    Parameter("retention.notice_days", int, 730, "天", "保存期限：消息", "本系统所定", 90, 3650, kept_by="technical"),
    Parameter(
        "retention.removed_file_days",
        int,
        30,
        "天",
        "保存期限：去掉的附件（可撤销的期间）",
        "本系统所定",
        7,
        365,
        kept_by="technical",
    ),
    Parameter(
        "retention.former_password_days",
        int,
        730,
        "天",
        "保存期限：用过的密码的摘要",
        "本系统所定",
        450,
        1825,
        kept_by="security",
    ),
    Parameter(
        "retention.login_log_days",
        int,
        1095,
        "天",
        "保存期限：登录日志",
        "网络安全法：不少于六个月 [V]；三年为本系统所定",
        180,
        3650,
        kept_by="security",
    ),
    Parameter(
        "retention.session_days",
        int,
        1,
        "天",
        "保存期限：登录状态过期后",
        "本系统所定",
        1,
        30,
        kept_by="security",
    ),
    Parameter(
        "retention.request_days",
        int,
        1095,
        "天",
        "保存期限：个人信息请求里写的内容",
        "比照影响评估记录保存三年（个人信息保护法第五十六条 [V]）；本系统所定",
        365,
        3650,
    ),
)


def untouched_since(model: Any, cutoff: dt.datetime) -> QuerySet[Any]:
    """Drafts nobody has written to since a moment."""
    kind = ContentType.objects.get_for_model(model)
    touched = Event.objects.filter(subject_type=kind, subject_id=OuterRef("pk"), at__gte=cutoff)
    rows: QuerySet[Any] = model._default_manager.filter(state="draft", began_at__isnull=True, created_at__lt=cutoff)
    return rows.exclude(Exists(touched))


def delete_draft(case: Any) -> None:
    """Delete a draft that was never sent, with its inbox rows and papers."""
    delete_drafts(type(case)._default_manager.filter(pk=case.pk))


def owners(rows: QuerySet[Any]) -> QuerySet[Any]:
    """The accounts that rows with an owner are about, as what a `Holding` calls its persons."""
    return rows.filter(owner__isnull=False).values("owner")


def erase_draft(case: Any, *, actor: User) -> None:
    """What is erased of a case that says nothing of a person but who wrote it, which the log keeps as well."""
    if case.began_at is None and case.state == "draft":
        delete_draft(case)


def delete_drafts(cases: QuerySet[Any]) -> None:
    """The same for many, in a few statements."""
    kind, ids = ContentType.objects.get_for_model(cases.model), list(cases.values_list("pk", flat=True))
    erase_attachments(Attachment.objects.filter(subject_type=kind, subject_id__in=ids), actor=User.system())
    Task.objects.filter(case_type=kind, case_id__in=ids).delete()
    cases.delete()


def _ownerless(cutoff: dt.datetime) -> QuerySet[Attachment]:
    """Files whose record is gone; what a record that was deleted past its action left behind."""
    lost: Any = Q(pk__in=())
    for model in (apps.get_model(label) for label in sorted({*READABLE, "core.takeout"})):
        there = model._default_manager.filter(pk=OuterRef("subject_id"))
        lost |= Q(subject_type=ContentType.objects.get_for_model(model)) & ~Exists(there)
    return Attachment.objects.filter(lost, uploaded_at__lt=cutoff)


def _delete_all(rows: QuerySet[Any]) -> None:
    rows.delete()


def _delete_notices(rows: QuerySet[Notice]) -> None:
    """With how they were sent. Nothing else hangs on them, so none is fetched to be deleted."""
    Delivery.objects.filter(notice__in=rows)._raw_delete(using="default")
    rows._raw_delete(using="default")


def _erase_files(rows: QuerySet[Attachment]) -> None:
    erase_attachments(rows, actor=User.system())


def _expired_takeouts(cutoff: dt.datetime) -> QuerySet[Takeout]:
    """Files whose days have run; `expires_at` was set from the parameter when the file was ready."""
    now = cutoff + dt.timedelta(days=value_of("privacy.takeout_days"))
    return Takeout.objects.filter(state=TakeoutState.READY, expires_at__lt=now)


def _spoken_requests(cutoff: dt.datetime) -> QuerySet[DataRequest]:
    written = (
        ~Q(words="") | ~Q(value="") | ~Q(claimant_name="") | ~Q(claimant_id_hash="") | ~Q(claimant_phone_hash="")
    )
    return DataRequest.objects.filter(written, ended_at__lt=cutoff)


declare_retention(
    Retention(
        "request-drafts",
        "没有提出的个人信息请求",
        "rights",
        "自最后一次修改之日",
        "删除",
        "同 retention.draft_days",
        "retention.draft_days",
        "core.DataRequest",
        lambda cutoff: untouched_since(DataRequest, cutoff),
        act_many=delete_drafts,
        since="created_at",
    ),
    Retention(
        "request-words",
        "个人信息请求里写的内容",
        "rights",
        "自办结之日",
        "抹去本人写的内容和号码，请求和答复的记录留下",
        "同 retention.request_days",
        "retention.request_days",
        "core.DataRequest",
        _spoken_requests,
        act_many=forget_words,
        since="ended_at",
    ),
    Retention(
        "takeouts",
        "个人信息文件",
        "rights",
        "自做好之日",
        "删除文件",
        "本系统所定",
        "privacy.takeout_days",
        "core.Takeout",
        _expired_takeouts,
        drop_takeout,
        since="ready_at",
        scope="",
    ),
    Retention(
        "notices",
        "消息",
        "notice",
        "自发出之日",
        "删除",
        "本系统所定",
        "retention.notice_days",
        "core.Notice",
        lambda cutoff: Notice.objects.filter(created_at__lt=cutoff),
        act_many=_delete_notices,
        title=lambda row: f"消息 {row.pk}",
        since="created_at",
        scope="",
    ),
    Retention(
        "sessions",
        "登录状态和退出时留下的表单",
        "login",
        "自过期之日",
        "删除",
        "本系统所定",
        "retention.session_days",
        "sessions.Session",
        lambda cutoff: Session.objects.filter(expire_date__lt=cutoff),
        act_many=_delete_all,
        title=lambda row: "登录状态",
        since="expire_date",
        scope="",
    ),
    Retention(
        "former-passwords",
        "用过的密码的摘要",
        "login",
        "自设置之日",
        "删除",
        "本系统所定；最近五次之内的由 450 天的下限保住",
        "retention.former_password_days",
        "core.FormerPassword",
        lambda cutoff: FormerPassword.objects.filter(set_at__lt=cutoff),
        act_many=_delete_all,
        title=lambda row: f"摘要 {row.pk}",
        since="set_at",
        scope="",
    ),
    Retention(
        "login-log",
        "登录日志",
        "login",
        "自登录之日",
        "删除",
        "网络安全法：不少于六个月 [V]",
        "retention.login_log_days",
        "axes.AccessLog",
        lambda cutoff: AccessLog.objects.filter(attempt_time__lt=cutoff),
        act_many=_delete_all,
        title=lambda row: f"登录 {row.pk}",
        since="attempt_time",
        scope="",
    ),
    Retention(
        "login-failures",
        "没登上的日志",
        "login",
        "自登录之日",
        "删除",
        "网络安全法：不少于六个月 [V]",
        "retention.login_log_days",
        "axes.AccessFailureLog",
        lambda cutoff: AccessFailureLog.objects.filter(attempt_time__lt=cutoff),
        act_many=_delete_all,
        title=lambda row: f"登录失败 {row.pk}",
        since="attempt_time",
        scope="",
    ),
    Retention(
        "login-attempts",
        "连续没登上的计数",
        "login",
        "自最后一次之日",
        "删除",
        "网络安全法：不少于六个月 [V]",
        "retention.login_log_days",
        "axes.AccessAttempt",
        lambda cutoff: AccessAttempt.objects.filter(attempt_time__lt=cutoff),
        act_many=_delete_all,
        title=lambda row: f"登录失败 {row.pk}",
        since="attempt_time",
        scope="",
    ),
    Retention(
        "removed-files",
        "去掉的附件",
        "trace",
        "自去掉之日",
        "删除文件和记录",
        "本系统所定：这期间可以撤销",
        "retention.removed_file_days",
        "core.Attachment",
        lambda cutoff: Attachment.objects.filter(removed_at__lt=cutoff),
        act_many=_erase_files,
        title=lambda row: f"附件 {row.pk}",
        since="removed_at",
        scope="",
    ),
    Retention(
        "ownerless-files",
        "所属记录已不在的附件",
        "trace",
        "自上传之日",
        "删除文件和记录",
        "本系统所定",
        "retention.removed_file_days",
        "core.Attachment",
        _ownerless,
        act_many=_erase_files,
        title=lambda row: f"附件 {row.pk}",
        since="uploaded_at",
        scope="",
    ),
    Retention(
        "events",
        "办理留痕、查看留痕",
        "trace",
        "自发生之日",
        "至少三年；系统不删除，也不含证件号和手机号",
        "网络安全法不少于六个月 [V]；三年为本系统所定",
    ),
    Retention(
        "assessments",
        "影响评估报告和处理情况记录",
        "rights",
        "自作出之日",
        "至少三年；系统不删除，也不含居民的个人信息",
        "个人信息保护法第五十六条 [V]",
    ),
    Retention(
        "incidents",
        "个人信息事件的登记",
        "incident",
        "自结案之日",
        "至少三年；系统不删除，报告的原文加密",
        "个人信息保护法第五十七条 [V]；三年比照第五十六条，为本系统所定",
    ),
    Retention(
        "accounts",
        "账号",
        SIGN_UP,
        "自注销之时",
        "当场抹去姓名、手机号、邮箱和登录信息，显示为“已注销用户”",
        "个人信息保护法第四十七条 [V]",
    ),
)
