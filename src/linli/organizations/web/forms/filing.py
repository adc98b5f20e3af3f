"""One matter a form. A draft may leave anything empty; what is needed to send stands in `needed`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.safestring import mark_safe

from linli.actors.queries import communities_by_street
from linli.areas.choices import Datum
from linli.areas.models import Area
from linli.core import clock
from linli.core.codes.fields import IdNumberField, MobileField, PersonNameField
from linli.core.codes.names import check_organization_name, check_person_name
from linli.core.ui.forms import LongSelect
from linli.core.workflow.forms import DraftForm
from linli.organizations.choices.filing import Kind, NationalKind
from linli.organizations.models import Amendment, Filing

if TYPE_CHECKING:
    AreaChoiceField = forms.ModelChoiceField[Area]
else:  # a class of Django that cannot be subscripted at run time
    AreaChoiceField = forms.ModelChoiceField


class CommunityField(AreaChoiceField):
    """A community, listed under its street."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("queryset", Area.objects.filter(level="community", valid_to__isnull=True))
        kwargs.setdefault("widget", LongSelect)
        super().__init__(**kwargs)

    def grouped(self) -> list[tuple[str, Any]]:
        """The choices as the select shows them: streets with their communities."""
        groups = communities_by_street()
        return [("", "请选择社区"), *groups]


class CommunityForm(DraftForm):
    """Fills the community select when the form is shown, not when the module is loaded."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, CommunityField):
                field.choices = field.grouped()


class BasicsForm(DraftForm):
    """What it is called, what kind it is, what it is for."""

    needed: ClassVar[tuple[str, ...]] = ("name", "kind", "purpose")
    name = forms.CharField(
        label="组织名称",
        required=False,
        min_length=3,
        max_length=60,
        help_text="写全称，例如：凤亭下书画社。不用“中国”“全国”等字样。",
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    kind = forms.ChoiceField(
        label="类别", required=False, choices=Kind.choices, widget=forms.RadioSelect, help_text="按主要活动选一个。"
    )
    national_kind = forms.ChoiceField(
        label="全国分类",
        required=False,
        choices=[("", "按上面的类别自动选"), *NationalKind.choices],
        help_text="上报时用。不清楚可以不选。",
    )
    purpose = forms.CharField(
        label="宗旨和活动内容",
        required=False,
        max_length=500,
        help_text="为谁做什么、怎么做，两三句话就好。公开页会显示。",
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    class Meta:
        model = Filing
        fields = ("name", "kind", "national_kind", "purpose")

    def clean_name(self) -> str:
        """The name by the rules for names of organizations."""
        name: str = self.cleaned_data["name"]
        return check_organization_name(name) if name else ""


class PlaceForm(CommunityForm):
    """Where it lies and where it meets."""

    needed: ClassVar[tuple[str, ...]] = ("area", "address")
    area = CommunityField(label="所在社区", required=False, help_text="活动场所在哪个社区，就选哪个社区。")
    address = forms.CharField(
        label="活动场所",
        required=False,
        max_length=120,
        help_text="写到楼、室，例如：凤凰社区文化活动中心 203 室。",
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )
    lng = forms.FloatField(required=False, min_value=73, max_value=136, widget=forms.HiddenInput)
    lat = forms.FloatField(required=False, min_value=3, max_value=54, widget=forms.HiddenInput)

    class Meta:
        model = Filing
        fields = ("area", "address", "lng", "lat")

    def clean(self) -> dict[str, Any]:
        """A point is whole or not there at all; the browser gives WGS-84."""
        cleaned = super().clean() or self.cleaned_data
        whole = cleaned.get("lng") is not None and cleaned.get("lat") is not None
        if not whole:
            cleaned["lng"] = cleaned["lat"] = None
        cleaned["datum"] = Datum.WGS84 if whole else ""
        cleaned["point_source"] = "申请人定位" if whole else ""
        return cleaned


class LeaderForm(DraftForm):
    """Who answers for it."""

    needed: ClassVar[tuple[str, ...]] = ("leader_name", "leader_id_number", "leader_phone")
    leader_name = PersonNameField(label="负责人姓名", required=False)
    leader_id_number = IdNumberField(
        label="负责人身份证号", required=False, help_text="用来核对身份，加密保存，别人只看到首尾几位。"
    )
    leader_phone = MobileField(label="负责人手机号", required=False, help_text="有进展时通知你，不公开。")

    class Meta:
        model = Filing
        fields = ("leader_name", "leader_id_number", "leader_phone")


class FoundersForm(DraftForm):
    """Who founded it and how many belong."""

    needed: ClassVar[tuple[str, ...]] = ("founders", "member_count")
    founders = forms.CharField(
        label="发起人名单",
        required=False,
        max_length=4000,
        help_text="一行写一个姓名，加密保存，公开页不显示。",
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    member_count = forms.IntegerField(label="成员人数", required=False, min_value=1, max_value=100_000)
    party_member_count = forms.IntegerField(
        label="其中党员人数",
        required=False,
        min_value=0,
        max_value=100_000,
        help_text="没有就填 0。只填人数，不填姓名。",
    )

    class Meta:
        model = Filing
        fields = ("founders", "member_count", "party_member_count")

    def clean_founders(self) -> str:
        """Each line a name; the same name twice and a wrong one are named with their line."""
        lines = [line.strip() for line in self.cleaned_data["founders"].splitlines() if line.strip()]
        seen: set[str] = set()
        for number, line in enumerate(lines, 1):
            try:
                check_person_name(line)
            except ValidationError as error:
                raise ValidationError(f"第 {number} 行“{line[:20]}”：{' '.join(error.messages)}") from error
            if line in seen:
                raise ValidationError(f"第 {number} 行“{line}”重复了。同名的两个人，请在名字后加编号区分。")
            seen.add(line)
        return "\n".join(lines)

    def clean(self) -> dict[str, Any]:
        """Party members are some of the members."""
        cleaned = super().clean() or self.cleaned_data
        members, party = cleaned.get("member_count"), cleaned.get("party_member_count")
        if members is not None and party is not None and party > members:
            self.add_error("party_member_count", f"党员人数不能多于成员人数（{members} 人）。")
        return cleaned


class ConsentForm(DraftForm):
    """What becomes of what was typed, and the consent to it (PIPL art. 17, rulebook §11.2)."""

    needed: ClassVar[tuple[str, ...]] = ("consented_at",)
    consented = forms.BooleanField(required=False)

    class Meta:
        model = Filing
        fields = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        behalf = self.instance.owner_id is None
        self.fields["consented"].label = "已向申请人说明，并取得申请人当面同意" if behalf else "我已阅读并同意"
        self.fields["consented"].initial = self.instance.consented_at is not None
        self.fields["consented"].help_text = mark_safe(
            "姓名、身份证号、手机号只用于办理备案和联系负责人；社区、街道和区民政局承办人按岗位查看，每次查看都有记录；"
            "保存到备案注销后三年。公开页只显示组织名称、类别、宗旨、活动场所和负责人的姓。你可以随时查询、更正或撤回。"
        )

    def clean(self) -> dict[str, Any]:
        """A tick becomes a moment; taking it back clears it."""
        cleaned = super().clean() or self.cleaned_data
        if "consented" in cleaned:
            given = cleaned.pop("consented")
            cleaned["consented_at"] = (self.instance.consented_at or clock.now()) if given else None
        return cleaned


class AmendmentForm(CommunityForm):
    """Base of the four kinds of change."""

    cause = forms.CharField(
        label="原因",
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="一两句话说明。",
    )

    class Meta:
        model = Amendment
        fields: tuple[str, ...] = ("cause",)


class NameChangeForm(AmendmentForm):
    """A new name."""

    needed: ClassVar[tuple[str, ...]] = ("new_name", "cause")
    new_name = forms.CharField(label="新名称", required=False, min_length=3, max_length=60, help_text="写全称。")

    class Meta(AmendmentForm.Meta):
        fields = ("new_name", "cause")

    def clean_new_name(self) -> str:
        """The name by the rules for names of organizations."""
        name: str = self.cleaned_data["new_name"]
        return check_organization_name(name) if name else ""


class LeaderChangeForm(AmendmentForm):
    """A new person in charge."""

    needed: ClassVar[tuple[str, ...]] = ("new_leader_name", "new_leader_id_number", "new_leader_phone", "cause")
    new_leader_name = PersonNameField(label="新负责人姓名", required=False)
    new_leader_id_number = IdNumberField(
        label="新负责人身份证号", required=False, help_text="加密保存，别人只看到首尾几位。"
    )
    new_leader_phone = MobileField(label="新负责人手机号", required=False)

    class Meta(AmendmentForm.Meta):
        fields = ("new_leader_name", "new_leader_id_number", "new_leader_phone", "cause")


class AddressChangeForm(AmendmentForm):
    """A new venue, perhaps in another community of the same street."""

    needed: ClassVar[tuple[str, ...]] = ("new_address", "cause")
    new_area = CommunityField(label="新所在社区", required=False, help_text="没有换社区就不用选。")
    new_address = forms.CharField(label="新活动场所", required=False, max_length=120, help_text="写到楼、室。")

    class Meta(AmendmentForm.Meta):
        fields = ("new_area", "new_address", "cause")


class CancelForm(AmendmentForm):
    """The end of the filing."""

    needed: ClassVar[tuple[str, ...]] = ("settlement", "cause")
    settlement = forms.CharField(
        label="财产和未了事务的处理",
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="剩余经费、物品、未结束的活动怎么处理。没有就写“无”。",
    )

    class Meta(AmendmentForm.Meta):
        fields = ("cause", "settlement")
