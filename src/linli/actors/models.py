"""Bodies and the posts people hold in them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from linli.actors.choices import BodyKind, Role
from linli.areas.models import Area
from linli.core import clock
from linli.core.audit.marks import Marked


class Body(Marked):
    """A department, street, community, organization or other body that acts through posts."""

    MARKED = ("name", "short_name", "kind", "area", "valid_from", "valid_to")

    name = models.CharField(_("名称"), max_length=120)
    short_name = models.CharField(_("简称"), max_length=40, blank=True)
    kind = models.CharField(_("类别"), max_length=20, choices=BodyKind)
    area = models.ForeignKey(Area, models.PROTECT, related_name="bodies", verbose_name=_("所在区域"))
    phone = models.CharField(_("办公电话"), max_length=30, blank=True)
    address = models.CharField(_("地址"), max_length=200, blank=True)
    valid_from = models.DateField(_("自"), default=clock.today)
    valid_to = models.DateField(_("至（不含）"), null=True, blank=True)

    class Meta:
        verbose_name = _("机构")
        indexes = [models.Index(fields=["kind", "area"], name="actors_body_kind")]
        constraints = [
            models.CheckConstraint(
                name="actors_body_valid_range", condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from"))
            )
        ]

    def __str__(self) -> str:
        return self.short_name or self.name


class Post(Marked):
    """A person holds a role in a body, over an area, from a day to a day. All rights follow from this."""

    MARKED = ("user", "role", "body", "area", "title", "valid_from", "valid_to")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="posts", verbose_name=_("任职人"))
    role = models.CharField(_("岗位"), max_length=30, choices=Role)
    body = models.ForeignKey(Body, models.PROTECT, related_name="posts", verbose_name=_("机构"))
    area = models.ForeignKey(Area, models.PROTECT, related_name="posts", verbose_name=_("管辖区域"))
    title = models.CharField(_("职务"), max_length=60, blank=True)
    valid_from = models.DateField(_("任职自"), default=clock.today)
    valid_to = models.DateField(_("任职至（不含）"), null=True, blank=True)

    class Meta:
        verbose_name = _("岗位")
        indexes = [
            models.Index(fields=["user", "valid_to"], name="actors_post_user"),
            models.Index(fields=["role", "area"], name="actors_post_role"),
        ]
        constraints = [
            models.CheckConstraint(
                name="actors_post_valid_range", condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from"))
            ),
            models.UniqueConstraint(
                fields=["user", "role", "body", "area"],
                condition=Q(valid_to__isnull=True),
                name="actors_post_held_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.body} {self.title or self.get_role_display()}"

    @property
    def scope(self) -> str:
        """The path of the area the post covers."""
        return self.area.path
