"""The kernel's rows about people, and which of their values the person may read, correct and have erased."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django import forms
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, QuerySet

from linli.core.access.models import User
from linli.core.access.password_models import FormerPassword
from linli.core.api.models import ApiToken
from linli.core.audit.models import Event
from linli.core.audit.words import words_of
from linli.core.codes.fields import MobileField, PersonNameField
from linli.core.exports.models import Export
from linli.core.files.models import Attachment
from linli.core.notices.models import Notice, Preference, Robot
from linli.core.privacy.actions.erasing import close_account, correct_account
from linli.core.privacy.choices import DATA_REQUEST
from linli.core.privacy.declare import (
    PROCESSINGS,
    Holding,
    Item,
    Subject,
    declare_holdings,
    declare_not_personal,
)
from linli.core.privacy.holdings.purposes import SIGN_UP
from linli.core.privacy.models import Consent, DataRequest, Disclosure, Takeout, VerifiedNumber
from linli.core.privacy.values import Kind
from linli.core.registers.models import SavedFilter, ShareLink
from linli.core.sheets.models import Import
from linli.core.webhooks.models import Webhook
from linli.core.workflow.declare import REGISTRY, STEPS
from linli.core.workflow.models import CaseVersion, Task


def _username(subject: Subject) -> str:
    return subject.user.username if subject.user is not None else "\n"


def _open_cases(user: User) -> list[str]:
    """Cases that run: they end or are withdrawn before their person goes."""
    found = []
    for process in REGISTRY.values():
        if process is DATA_REQUEST:
            continue
        cases: QuerySet[Any] = process.model._default_manager.filter(owner=user)
        running = cases.exclude(state__in=[*process.ends, process.start])
        if count := running.count():
            found.append(f"你有 {count} {process.unit}“{process.label}”在办，请等办结或先撤回。")
    return found


def _erase_account(user: User, *, actor: User) -> None:
    close_account(user, actor=actor)


def _correct_account(user: User, *, actor: User, **values: str) -> None:
    correct_account(user, actor=actor, **values)


def _event_words(event: Event) -> str:
    step = STEPS.get(event.name)
    return str(step[0].past) if step else EVENT_WORDS.get(event.name, event.name)


EVENT_WORDS = {
    "access.sign_up": "注册账号",
    "access.login": "登录",
    "access.logout": "退出登录",
    "core.case_begun": "开始填写",
    "files.store": "上传材料",
    "files.remove": "去掉材料",
    "organizations.draft_saved": "保存草稿",
    "privacy.reveal": "查看个人信息",
    "privacy.ask_takeout": "申请个人信息文件",
    "privacy.download_takeout": "下载个人信息文件",
    "privacy.show_own": "查看自己的完整信息",
}


def _delete_own(row: Any, *, actor: User) -> None:
    """What was the person's alone goes whole."""
    row.delete()


def erase_request(case: DataRequest, *, actor: User) -> None:
    """What the person wrote goes; that there was a request, and its answer, stays."""
    if not case.is_open or case.began_at is None:
        forget_words(DataRequest.objects.filter(pk=case.pk))


def forget_words(cases: QuerySet[DataRequest]) -> None:
    """The same for many that have ended, in one statement and with their marks."""
    hashes = {"claimant_id_hash": "", "claimant_phone_hash": ""}
    cases.update(value="", words="", claimant_name="", claimant_phone="", claimant_id_number="", **hashes)


declare_holdings(
    Holding(
        "account",
        "账号",
        "core.User",
        SIGN_UP,
        lambda subject: User.objects.filter(pk=subject.key),
        (
            Item("name", "姓名", Kind.NAME),
            Item("username", "登录名"),
            Item("phone", "手机号", Kind.PHONE),
            Item("email", "电子邮箱", Kind.OTHER),
            Item("date_joined", "注册时间"),
            Item("password_changed_at", "上次改密码"),
            Item("elder_mode", "大字版", show=lambda user: "是" if user.elder_mode else "否"),
        ),
        title=lambda user: "我的账号",
        unit="个",
        answers_for=("phone_hash", "password", "session_key"),
        correctable={
            "name": lambda: PersonNameField(label="姓名"),
            "phone": lambda: MobileField(label="手机号"),
            "email": lambda: forms.EmailField(label="电子邮箱"),
        },
        correct=_correct_account,
        erase=_erase_account,
        blocks_closing=_open_cases,
    ),
    Holding(
        "consents",
        "同意过的事项",
        "core.Consent",
        SIGN_UP,
        lambda subject: Consent.objects.filter(person=subject.key),
        (
            Item(
                "processing",
                "事项",
                show=lambda row: (
                    PROCESSINGS[row.processing].label if row.processing in PROCESSINGS else row.processing
                ),
            ),
            Item("version", "隐私说明版本"),
            Item("wording", "同意书版本"),
            Item("as_guardian", "由监护人同意", show=lambda row: "是" if row.as_guardian else "否"),
            Item("given_at", "同意时间"),
            Item("withdrawn_at", "撤回时间"),
        ),
        title=lambda row: f"{row.given_at:%Y-%m-%d}",
    ),
    Holding(
        "verified",
        "核实过的号码",
        "core.VerifiedNumber",
        "rights",
        lambda subject: VerifiedNumber.objects.filter(person=subject.key),
        (Item("kind", "号码"), Item("verified_at", "核实时间")),
        title=lambda row: str(row.get_kind_display()),
        note="只存不可还原的摘要，用来找到名下的记录，看不出号码本身。",
        answers_for=("value_hash",),
    ),
    Holding(
        "addresses",
        "登录用的邮箱",
        "account.EmailAddress",
        SIGN_UP,
        lambda subject: EmailAddress.objects.filter(user=subject.key),
        (
            Item("email", "电子邮箱", Kind.OTHER),
            Item("verified", "已验证", show=lambda row: "是" if row.verified else "否"),
        ),
        title=lambda row: "邮箱",
        unit="个",
    ),
    Holding(
        "logins",
        "登录记录",
        "axes.AccessLog",
        "login",
        lambda subject: AccessLog.objects.filter(username=_username(subject)),
        (
            Item("attempt_time", "登录时间"),
            Item("ip_address", "网络地址"),
            Item("user_agent", "浏览器"),
            Item("logout_time", "退出时间"),
        ),
        title=lambda row: "登录",
        unit="次",
        answers_for=("username", "session_hash"),
    ),
    Holding(
        "login-failures",
        "没登上的记录",
        "axes.AccessAttempt",
        "login",
        lambda subject: AccessAttempt.objects.filter(username=_username(subject)),
        (
            Item("attempt_time", "时间"),
            Item("ip_address", "网络地址"),
            Item("user_agent", "浏览器"),
            Item("failures_since_start", "次数"),
        ),
        title=lambda row: "登录没有成功",
        unit="次",
        answers_for=("username",),
    ),
    Holding(
        "lockouts",
        "登录失败日志",
        "axes.AccessFailureLog",
        "login",
        lambda subject: AccessFailureLog.objects.filter(username=_username(subject)),
        (Item("attempt_time", "时间"), Item("ip_address", "网络地址"), Item("user_agent", "浏览器")),
        title=lambda row: "登录失败",
        unit="次",
        answers_for=("username",),
    ),
    Holding(
        "two-step",
        "两步验证",
        "mfa.Authenticator",
        "login",
        lambda subject: Authenticator.objects.filter(user=subject.key),
        (Item("type", "方式"), Item("created_at", "设置时间"), Item("last_used_at", "上次使用")),
        title=lambda row: str(row.get_type_display()),
        unit="个",
        note="密钥本身不显示，也不在下载的文件里。",
    ),
    Holding(
        "former-passwords",
        "用过的密码",
        "core.FormerPassword",
        "login",
        lambda subject: FormerPassword.objects.filter(user=subject.key),
        (Item("set_at", "设置时间"),),
        title=lambda row: "不可还原的摘要",
        unit="个",
        note="只用来防止重复使用旧密码，看不出密码本身。",
        answers_for=("password",),
    ),
    Holding(
        "events",
        "我办过的、别人替我办的",
        "core.Event",
        "trace",
        lambda subject: Event.objects.filter(Q(actor=subject.key) | Q(on_behalf_of=subject.key)),
        (
            Item("at", "时间"),
            Item("name", "做了什么", show=_event_words),
            Item("post", "以什么岗位"),
            Item("detail", "内容", show=lambda event: words_of(event, without=("ip",))),
            Item("ip", "网络地址", show=lambda event: event.detail.get("ip", "")),
        ),
        title=_event_words,
    ),
    Holding(
        "looks",
        "谁看过我的信息",
        "core.Disclosure",
        "trace",
        lambda subject: Disclosure.objects.filter(person=subject.key).select_related("event__actor"),
        (
            Item("at", "时间", show=lambda row: row.event.at),
            Item("who", "谁", show=lambda row: row.event.post or str(row.event.actor)),
            Item("label", "看了什么", show=lambda row: row.event.detail.get("label", "")),
            Item("reason", "为什么", show=lambda row: row.event.detail.get("reason", "")),
        ),
        title=lambda row: row.event.post or str(row.event.actor),
        unit="次",
    ),
    Holding(
        "notices",
        "消息",
        "core.Notice",
        "notice",
        lambda subject: Notice.objects.filter(recipient=subject.key),
        (Item("title", "标题"), Item("body", "内容"), Item("created_at", "时间"), Item("read_at", "看过的时间")),
        url=lambda row: str(row.url),
    ),
    Holding(
        "preferences",
        "消息设置",
        "core.Preference",
        "notice",
        lambda subject: Preference.objects.filter(user=subject.key),
        (
            Item("group", "哪类消息"),
            Item("channel", "渠道"),
            Item("enabled", "要不要", show=lambda row: "要" if row.enabled else "不要"),
        ),
        title=lambda row: str(row.get_group_display()),
    ),
    Holding(
        "robots",
        "机器人",
        "core.Robot",
        "notice",
        lambda subject: Robot.objects.filter(user=subject.key),
        (Item("label", "名称"), Item("address", "地址", Kind.OTHER), Item("added_at", "加上的时间")),
        unit="个",
    ),
    Holding(
        "saved-filters",
        "保存的筛选",
        "core.SavedFilter",
        SIGN_UP,
        lambda subject: SavedFilter.objects.filter(owner=subject.key),
        (Item("name", "名字"), Item("params", "筛选"), Item("created_at", "保存时间")),
        unit="个",
        erase=_delete_own,
    ),
    Holding(
        "share-links",
        "分享的链接",
        "core.ShareLink",
        SIGN_UP,
        lambda subject: ShareLink.objects.filter(owner=subject.key),
        (
            Item("note", "说明"),
            Item("params", "筛选"),
            Item("created_at", "分享时间"),
            Item("expires_on", "有效至"),
            Item("revoked_at", "收回时间"),
        ),
        unit="个",
        erase=_delete_own,
    ),
    Holding(
        "exports",
        "我做的导出",
        "core.Export",
        "trace",
        lambda subject: Export.objects.filter(owner=subject.key),
        (
            Item("label", "名称"),
            Item("reason", "用途"),
            Item("format", "格式"),
            Item("written", "行数"),
            Item("state", "状态"),
            Item("asked_at", "提出时间"),
        ),
        unit="次",
    ),
    Holding(
        "api-tokens",
        "接口令牌",
        "core.ApiToken",
        "login",
        lambda subject: ApiToken.objects.filter(user=subject.key),
        (
            Item("name", "用途"),
            Item("prefix", "开头"),
            Item("scopes", "范围", show=lambda row: "、".join(row.scopes)),
            Item("created_at", "建立"),
            Item("expires_at", "到期"),
            Item("last_used_at", "最近使用"),
            Item("revoked_at", "作废"),
        ),
        unit="个",
        note="只存不可还原的摘要，令牌本身只显示过一次。",
        answers_for=("secret_hash",),
    ),
    Holding(
        "webhooks",
        "回调",
        "core.Webhook",
        "notice",
        lambda subject: Webhook.objects.filter(user=subject.key),
        (
            Item("name", "用途"),
            Item("url", "接收地址"),
            Item("patterns", "事件", show=lambda row: "、".join(row.patterns)),
            Item("state", "状态"),
            Item("created_at", "建立"),
        ),
        unit="个",
        answers_for=("secret", "former_secret"),
        erase=_delete_own,
    ),
    Holding(
        "imports",
        "我做的批量导入",
        "core.Import",
        "trace",
        lambda subject: Import.objects.filter(Q(begun_by=subject.key) | Q(decided_by=subject.key)),
        (Item("name", "文件名"), Item("state", "状态"), Item("begun_at", "上传时间"), Item("applied_at", "导入时间")),
        unit="次",
    ),
    Holding(
        "papers",
        "我上传的材料",
        "core.Attachment",
        "trace",
        lambda subject: Attachment.objects.filter(uploaded_by=subject.key),
        (
            Item("name", "文件名"),
            Item("size", "字节数"),
            Item("uploaded_at", "上传时间"),
            Item("removed_at", "去掉的时间"),
        ),
        unit="份",
        files=lambda row: [row],
    ),
    Holding(
        "tasks",
        "等我办的事",
        "core.Task",
        "notice",
        lambda subject: Task.objects.filter(owner=subject.key),
        (Item("title", "事项"), Item("summary", "说明"), Item("due_on", "期限"), Item("closed_at", "办完的时间")),
        url=lambda row: str(row.url),
    ),
    Holding(
        "versions",
        "历次提交稿",
        "core.CaseVersion",
        "trace",
        lambda subject: CaseVersion.objects.filter(sent_by=subject.key),
        (Item("number", "第几稿"), Item("content", "内容（证件号、手机号已遮住）"), Item("sent_at", "提交时间")),
    ),
    Holding(
        "requests",
        "个人信息请求",
        "core.DataRequest",
        "rights",
        lambda subject: DataRequest.objects.filter(
            Q(owner=subject.key) | Q(owner__isnull=True, claimant_id_hash__in=subject.id_hashes)
        ),
        (
            Item("kind", "想办什么"),
            Item("state", "状态"),
            Item("number", "编号"),
            Item("created_at", "开始时间"),
            Item("words", "说明"),
            Item("value", "应改为", Kind.OTHER),
            Item("claimant_name", "本人姓名", Kind.NAME),
            Item("claimant_id_number", "本人身份证号", Kind.ID_NUMBER, sensitive=True),
            Item("claimant_phone", "本人手机号", Kind.PHONE),
        ),
        unit="件",
        url=lambda row: str(row.get_absolute_url()),
        answers_for=("claimant_id_hash", "claimant_phone_hash"),
        erase=erase_request,
        scope=lambda row: str(row.scope),
        files=lambda row: Attachment.objects.filter(
            subject_type=ContentType.objects.get_for_model(DataRequest), subject_id=row.pk, removed_at__isnull=True
        ),
    ),
    Holding(
        "takeouts",
        "下载过的个人信息文件",
        "core.Takeout",
        "rights",
        lambda subject: Takeout.objects.filter(person=subject.key),
        (
            Item("state", "状态"),
            Item("asked_at", "申请时间"),
            Item("expires_at", "到期时间"),
            Item("downloads", "下载次数"),
        ),
        unit="份",
    ),
)

declare_not_personal(
    core_Delivery="只记一条消息走了哪个渠道，随消息删除；消息在 notices 里",
    core_ParameterValue="谁设的参数：履职记录，不是关于本人的信息",
    core_CalendarYear="谁确认的日历：履职记录",
    core_CalendarDay="日历，没有人",
    core_Verification="谁要求的核验：履职记录",
    core_RecordMark="谁作的标记：履职记录",
    core_LocalProcessing="谁填的登记：履职记录",
    core_Assessment="谁评估、谁审定：履职记录",
    core_Serial="流水号，没有人",
    core_SessionOwner="哪个登录状态是哪个账号的，随登录状态删除",
    core_KeptAnswer_body="程序重复调用时的应答，加密，很快删除；内容都在各自的记录里",
    mfa_Authenticator_data="密钥，列在 two-step 里，不显示",
)
