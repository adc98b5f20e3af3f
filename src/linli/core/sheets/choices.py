"""States of an import and its rows, and how long things are kept."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from linli.core.parameters import Parameter, declare


class State(TextChoices):
    """Where an import stands."""

    READING = "reading", _("正在核对")
    READY = "ready", _("待导入")
    FAILED = "failed", _("读不了")
    APPLYING = "applying", _("正在导入")
    APPLIED = "applied", _("已导入")
    UNDOING = "undoing", _("正在撤销")
    UNDONE = "undone", _("已撤销")
    CANCELLED = "cancelled", _("已放弃")


BUSY = (State.READING, State.APPLYING, State.UNDOING)


class RowState(TextChoices):
    """What the check says of a row."""

    GOOD = "good", _("可以导入")
    WRONG = "wrong", _("有错要改")
    DUPLICATE = "duplicate", _("疑似重复")
    SAME = "same", _("已有且相同")


class Choice(TextChoices):
    """What becomes of a duplicate."""

    SKIP = "skip", _("跳过，名册不动")
    FILL = "fill", _("合并：只补名册里空着的")
    UPDATE = "update", _("更新：以文件为准")
    PICK = "pick", _("合并：只更新选中的几项")
    NEW = "new", _("作为新的一条记入")


class Outcome(TextChoices):
    """What became of a row."""

    CREATED = "created", _("新记入")
    UPDATED = "updated", _("已更新")
    SKIPPED = "skipped", _("跳过")
    REFUSED = "refused", _("没有导入")
    UNDONE = "undone", _("已撤回")
    KEPT = "kept", _("撤不回，保留")


MOST_MB, STAGED_DAYS, KEPT_DAYS = "sheets.most_mb", "sheets.staged_days", "sheets.kept_days"
_SOURCE = "本系统所定"
declare(
    Parameter(MOST_MB, int, 200, "MB", "导入：文件的大小上限", _SOURCE, least=1, most=200, kept_by="technical"),
    Parameter(
        STAGED_DAYS,
        int,
        30,
        "天",
        "导入：核对后没有导入的内容留几天",
        _SOURCE,
        least=1,
        most=365,
        kept_by="technical",
    ),
    Parameter(
        KEPT_DAYS,
        int,
        180,
        "天",
        "导入：原文件和撤销所需的原值留几天",
        _SOURCE,
        least=1,
        most=3650,
        kept_by="technical",
    ),
)
