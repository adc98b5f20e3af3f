"""The catalogue of a district, and the list of a street: which body leads, assists or passes on （三事清单）."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from linli.actors.models import Body
from linli.areas.models import Area
from linli.core.access.models import new_uid
from linli.core.audit.marks import Marked
from linli.core.words import Worded
from linli.voice.choices.matters import Part, Topic, Urgency


class Matter(Marked, Worded):
    """A kind of matter that residents of a district may report."""

    MARKED = ("uid", "area", "scope", "code", "name", "topic", "urgency", "hint", "ended")

    uid = models.CharField(max_length=22, unique=True, default=new_uid, editable=False)
    area = models.ForeignKey(Area, models.PROTECT, related_name="+", verbose_name=_("区"))
    scope = models.CharField(max_length=200, db_collation="C", editable=False)
    code = models.SlugField(_("代码"), max_length=20, help_text=_("小写字母、数字和下划线，定下就不改。"))
    name = models.CharField(_("名称"), max_length=20)
    topic = models.CharField(_("归在"), max_length=10, choices=Topic, default=Topic.SERVICE)
    urgency = models.CharField(_("缓急"), max_length=8, choices=Urgency, default=Urgency.NORMAL)
    hint = models.CharField(_("举例"), max_length=80, blank=True)
    ended = models.BooleanField(_("停用"), default=False)

    class Meta:
        verbose_name = _("诉求类别")
        ordering = ["topic", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["area", "code"],
                name="voice_matter_code_once",
                violation_error_message=_("这个代码已经用过，换一个。"),
            ),
            models.UniqueConstraint(
                fields=["area", "name"],
                name="voice_matter_name_once",
                violation_error_message=_("已经有这一类。"),
            ),
        ]
        indexes = [models.Index(OpClass("scope", "text_pattern_ops"), name="voice_matter_scope")]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the scope in step with the district."""
        self.scope = self.area.path
        super().save(*args, **kwargs)


class Handling(Marked, Worded):
    """A line of a street's list: what a body does with a kind of matter. Without a body: the community it lies in."""

    MARKED = ("matter", "area", "scope", "body", "part")

    matter = models.ForeignKey(Matter, models.PROTECT, related_name="handlings", verbose_name=_("类别"))
    area = models.ForeignKey(Area, models.PROTECT, related_name="+", verbose_name=_("街道"))
    scope = models.CharField(max_length=200, db_collation="C", editable=False)
    body = models.ForeignKey(
        Body, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("单位"),
        help_text=_("不选：诉求所在的社区。"),
    )  # fmt: skip
    part = models.CharField(_("三事"), max_length=6, choices=Part)

    class Meta:
        verbose_name = _("三事清单")
        constraints = [
            models.UniqueConstraint(
                fields=["matter", "area"],
                condition=Q(part="lead"),
                name="voice_one_leads",
                violation_error_message=_("这一类已经有主办单位，先去掉原来的。"),
            ),
            models.UniqueConstraint(
                fields=["matter", "area", "body"],
                nulls_distinct=False,
                name="voice_handling_once",
                violation_error_message=_("这个单位已经在这一类里。"),
            ),
        ]
        indexes = [models.Index(OpClass("scope", "text_pattern_ops"), name="voice_handling_scope")]

    def __str__(self) -> str:
        return f"{self.matter}：{self.body or '所在社区'}{self.get_part_display()}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the scope in step with the street."""
        self.scope = self.area.path
        super().save(*args, **kwargs)
