"""Formats and states of an export, and what a district may set about them."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from linli.core.parameters import Parameter, declare


class Format(TextChoices):
    """What kind of file."""

    XLSX = "xlsx", _("Excel")
    CSV = "csv", _("CSV（UTF-8）")
    GB18030 = "gb18030", _("CSV（GB18030，老版本软件用）")


class State(TextChoices):
    """How far an export made in the background is."""

    WAITING = "waiting", _("排队中")
    RUNNING = "running", _("正在生成")
    DONE = "done", _("可以下载")
    FAILED = "failed", _("没有生成")
    GONE = "gone", _("已删除")


BUSY = (State.WAITING, State.RUNNING)

declare(
    Parameter(
        "exports.direct_rows",
        int,
        5000,
        "行",
        "导出：不超过这么多行的当场下载，超过的在后台生成",
        "本系统所定",
        100,
        20000,
        "technical",
    ),
    Parameter(
        "exports.kept_days",
        int,
        7,
        "天",
        "导出：后台生成的文件保留的天数，过后自动删除",
        "本系统所定",
        1,
        30,
        "technical",
    ),
)
