"""The forms of Party-building: a member, a unit, a meeting, a post of the two committees."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms

from linli.core.codes.fields import IdNumberField, PersonNameField, PhoneField
from linli.core.ui.forms import LongSelect
from linli.core.workflow.forms import FORMS, DraftForm, StepForm
from linli.organizations.choices import party as choices
from linli.organizations.choices.party import THEME_DAY_MOST, PartyStage, UnitKind
from linli.organizations.models import PartyUnit
from linli.organizations.web.forms.federation import DATE
from linli.organizations.web.forms.filing import CommunityField


class UnitForm(DraftForm):
    """How the unit is called, who leads it, from when, and its theme day."""

    needed: ClassVar[tuple[str, ...]] = ("name", "secretary_name", "term_from", "theme_day")
    name = forms.CharField(label="名称", required=False, min_length=4, max_length=80)
    secretary_name = PersonNameField(label="书记（组长、指导员）姓名", required=False)
    term_from = forms.DateField(
        label="任期自", required=False, widget=DATE, help_text="一届几年按参数自动算；快届满时会交办换届。"
    )
    theme_day = forms.IntegerField(
        label="主题党日固定在每月几号",
        min_value=1,
        max_value=THEME_DAY_MOST,
        help_text=f"1 到 {THEME_DAY_MOST}，每个月都有这一天。党小组不单独开，照填即可。",
        error_messages={"required": "请填每月几号。"},
    )

    class Meta:
        model = PartyUnit
        fields = ("name", "secretary_name", "term_from", "theme_day")


class NamedForm(StepForm):
    """Which organization joins or leaves a suggestion."""

    organization = forms.CharField(
        label="哪家组织",
        max_length=60,
        help_text="填备案编号，或写全名称。",
        error_messages={"required": "请填备案编号或名称。"},
    )


class RenewForm(StepForm):
    """The next term."""

    secretary_name = PersonNameField(label="新一届书记姓名", error_messages={"required": "请填新一届书记。"})
    term_from = forms.DateField(label="新一届任期自", widget=DATE, error_messages={"required": "请填起算日。"})


class SessionForm(StepForm):
    """When a meeting was held, how many came, about what; no photos."""

    done_on = forms.DateField(label="召开日期", widget=DATE, error_messages={"required": "请填召开日期。"})
    present = forms.IntegerField(label="到会党员", min_value=1, max_value=999)
    topic = forms.CharField(label="主题", max_length=200, error_messages={"required": "请写一句话的主题。"})


FORMS[choices.JOIN_UNIT.name] = FORMS[choices.LEAVE_UNIT.name] = NamedForm
FORMS[choices.RENEW_UNIT.name] = RenewForm
FORMS[choices.HOLD_SESSION.name] = SessionForm


class TransferForm(forms.Form):
    """Where a member goes."""

    reason = forms.CharField(
        label="转到哪里",
        max_length=100,
        help_text="写接收的党组织。转出以后，别的党组织才能纳入。",
        error_messages={"required": "请写明转到哪里。"},
    )


class RelationsForm(forms.Form):
    """What may change of a member; by whom it is managed follows from the organization's unit."""

    name = PersonNameField(label="姓名", required=False, help_text="不改就空着。")
    phone = PhoneField(label="手机号", required=False, help_text="不改就空着；加密保存。")
    stage = forms.ChoiceField(label="党员类别", choices=PartyStage.choices, widget=forms.RadioSelect)
    belongs_to = forms.CharField(
        label="组织关系所在党组织",
        max_length=80,
        help_text="例如：金苑社区党委、某某单位退休支部。",
        error_messages={"required": "请填组织关系在哪里。"},
    )
    reported_to = CommunityField(label="报到的社区", required=False, help_text="没有到社区报到的不选。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["reported_to"]
        assert isinstance(field, CommunityField)
        field.choices = field.grouped()


class PartyMemberForm(RelationsForm):
    """A member who is entered."""

    field_order = ("organization", "name", "id_number", "phone", "stage", "belongs_to", "reported_to")
    organization = forms.ChoiceField(
        label="所在社会组织",
        widget=LongSelect,
        error_messages={"required": "请选社会组织。"},
    )
    name = PersonNameField(label="姓名", error_messages={"required": "请填姓名。"})
    phone = PhoneField(label="手机号", required=False, help_text="加密保存，只用来通知组织生活。")
    id_number = IdNumberField(
        label="身份证号",
        help_text="用来防止同一名党员重复纳入，加密保存，别人只看到首尾几位。",
        error_messages={"required": "请填身份证号。"},
    )

    def __init__(self, data: Any = None, *, organizations: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        field = self.fields["organization"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "请选择"), *organizations]


class CommitteePostForm(forms.Form):
    """A member of the two committees who holds a post in an organization."""

    organization = forms.ChoiceField(
        label="社会组织", widget=LongSelect, error_messages={"required": "请选社会组织。"}
    )
    person_name = PersonNameField(label="两委成员姓名", error_messages={"required": "请填姓名。"})
    approval = forms.CharField(
        label="批准依据", max_length=120, error_messages={"required": "没有批准依据的不登记。"}
    )
    held_from = forms.DateField(label="任职自", widget=DATE, error_messages={"required": "请填任职日期。"})
    is_head = forms.BooleanField(label="任会长或召集人", required=False)

    def __init__(self, data: Any = None, *, organizations: list[tuple[str, str]]) -> None:
        super().__init__(data)
        field = self.fields["organization"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "请选择"), *organizations]


class BeginUnitForm(forms.Form):
    """A unit or an instructor, proposed by hand."""

    organization = forms.ChoiceField(
        label="社会组织", widget=LongSelect, error_messages={"required": "请选社会组织。"}
    )
    kind = forms.ChoiceField(label="组织形式", choices=UnitKind.choices, widget=forms.RadioSelect)

    def __init__(self, data: Any = None, *, organizations: list[tuple[str, str]]) -> None:
        super().__init__(data, initial={"kind": UnitKind.INSTRUCTOR})
        field = self.fields["organization"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "请选择"), *organizations]
