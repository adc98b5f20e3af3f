"""Saying it, one matter a page: what, where, photos, how to reach the author."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms

from linli.actors.models import Body
from linli.actors.queries import communities_by_street
from linli.areas.choices import Datum, Level
from linli.areas.models import Area
from linli.core.codes.fields import MobileField, PhoneField
from linli.core.ui.forms import LongSelect
from linli.core.workflow.forms import DraftForm
from linli.voice.choices.matters import Topic
from linli.voice.choices.report import ENTERED
from linli.voice.models import Matter, Report
from linli.voice.queries.matters import bodies_for, matters_at

if TYPE_CHECKING:
    AreaField = forms.ModelChoiceField[Area]
    MatterField = forms.ModelChoiceField[Matter]
    BodyField = forms.ModelChoiceField[Body]
else:  # classes of Django that cannot be subscripted at run time
    AreaField = MatterField = BodyField = forms.ModelChoiceField

GROUPS = dict(Topic.choices)


def grouped(matters: Any) -> list[tuple[str, Any]]:
    """Kinds as a select shows them: under their headings, each with its example."""
    found: dict[str, list[tuple[int, str]]] = {}
    for matter in matters:
        hint = f"（{matter.hint.rstrip('。')}）" if matter.hint else ""
        found.setdefault(str(GROUPS[matter.topic]), []).append((matter.pk, f"{matter.name}{hint}"))
    return [("", "请选择"), *found.items()]


class WhatForm(DraftForm):
    """What is the matter, in words."""

    needed: ClassVar[tuple[str, ...]] = ("words", "matter")
    words = forms.CharField(
        label="说说情况",
        required=False,
        max_length=1000,
        help_text="什么事、多久了、希望怎么办。不写别人的姓名、电话和身份证号。",
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    matter = MatterField(
        label="是哪一类",
        required=False,
        queryset=Matter.objects.filter(ended=False),
        widget=LongSelect,
        help_text="拿不准就选“其他”，受理的人会帮你改。",
    )

    class Meta:
        model = Report
        fields = ("words", "matter")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["matter"]
        assert isinstance(field, forms.ModelChoiceField)
        area = self.instance.area
        rows = matters_at(area.path if area is not None else "")
        field.queryset = rows
        field.choices = grouped(rows)


class WhereForm(DraftForm):
    """Which community, and where exactly."""

    needed: ClassVar[tuple[str, ...]] = ("area",)
    area = AreaField(
        label="在哪个社区",
        required=False,
        queryset=Area.objects.filter(valid_to__isnull=True, level__in=(
            Level.COMMUNITY, Level.GRID, Level.MICROGRID, Level.BUILDING, Level.ESTATE, Level.HAMLET,
        )),
        widget=LongSelect,
    )  # fmt: skip
    place = forms.CharField(
        label="具体位置",
        required=False,
        max_length=80,
        help_text="例如：3 号楼门口、菜市场东门。不用写到自己家的门牌。",
    )
    lng = forms.FloatField(required=False, min_value=73, max_value=136, widget=forms.HiddenInput)
    lat = forms.FloatField(required=False, min_value=3, max_value=54, widget=forms.HiddenInput)

    class Meta:
        model = Report
        fields = ("area", "place", "lng", "lat")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["area"]
        assert isinstance(field, forms.ModelChoiceField)
        spot = self.instance.spot
        known = [(spot.pk, spot.full_name)] if spot is not None else []
        field.choices = [("", "请选择社区"), *known, *communities_by_street()]

    def clean(self) -> dict[str, Any]:
        """A point is whole or not there at all; the browser gives WGS-84."""
        cleaned = super().clean() or self.cleaned_data
        whole = cleaned.get("lng") is not None and cleaned.get("lat") is not None
        if not whole:
            cleaned["lng"] = cleaned["lat"] = None
        cleaned["datum"] = Datum.WGS84 if whole else ""
        return cleaned


class SpotForm(DraftForm):
    """Which building or grid."""

    spot = AreaField(
        label="哪一栋、哪一格",
        required=False,
        queryset=Area.objects.filter(valid_to__isnull=True),
        empty_label="说不准，或者不在楼里",
    )

    class Meta:
        model = Report
        fields = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["spot"]
        assert isinstance(field, forms.ModelChoiceField)
        if self.instance.community is not None:
            field.queryset = spots_in(self.instance.community)
            self.initial["spot"] = self.instance.spot.pk if self.instance.spot is not None else None


def spots_in(community: Area) -> Any:
    """Buildings of a community, and its grids; estates beside them."""
    levels = (Level.BUILDING, Level.ESTATE, Level.HAMLET, Level.GRID)
    rows = Area.objects.filter(path__startswith=community.path, level__in=levels, valid_to__isnull=True)
    return rows.defer("boundary").order_by("level", "name", "pk")


class OpenForm(DraftForm):
    """Whether everybody may read it, whom it is about, and how to reach the author."""

    open_to_all = forms.BooleanField(
        label="公开这件事和办理结果（不显示是谁说的）",
        required=False,
        help_text="公开以后，遇到同样事的邻居可以一起跟进。",
    )
    about = BodyField(
        label="反映的是哪个单位",
        required=False,
        queryset=Body.objects.filter(valid_to__isnull=True),
        empty_label="不是反映某个单位",
        help_text="反映社区、街道本身的，选出来：不会交给它自己办。它和别的承办单位一样，看不到你是谁。",
    )
    contact_name = forms.CharField(label="怎么称呼你", required=False, max_length=20, help_text="例如：陈女士。")
    contact_phone: forms.CharField = MobileField(
        label="手机号", required=False, help_text="只给回访的人用，每次查看都要写理由、都有记录；承办单位看不到。"
    )

    class Meta:
        model = Report
        fields = ("open_to_all", "about")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["about"]
        assert isinstance(field, forms.ModelChoiceField)
        if self.instance.area is not None:
            field.queryset = bodies_for(self.instance.area.path)
        for name in ("contact_name", "contact_phone"):
            self.initial[name] = getattr(self.instance, name) if self.instance.pk else ""


class BehalfForm(OpenForm):
    """The same, for whoever writes down what somebody else said."""

    needed: ClassVar[tuple[str, ...]] = ("channel", "contact_phone")
    channel = forms.ChoiceField(
        label="怎么来的",
        required=False,
        choices=[(one.value, one.label) for one in ENTERED],
        widget=forms.RadioSelect,
    )
    contact_name = forms.CharField(label="诉求人怎么称呼", required=False, max_length=20)
    contact_phone = PhoneField(label="诉求人的电话", required=False, help_text="回访时用；提交以后这里不再显示。")
    field_order = ("channel", "contact_name", "contact_phone", "about", "open_to_all")

    class Meta:
        model = Report
        fields = ("channel", "open_to_all", "about")
