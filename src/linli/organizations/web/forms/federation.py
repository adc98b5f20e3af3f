"""The forms of a federation's loops: its six, its posts, its friends, its members, and those who come to ask."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms

from linli.core import clock
from linli.core.codes.fields import OrganizationNameField, PersonNameField, PhoneField
from linli.core.ui.forms import LongSelect
from linli.core.workflow.forms import FORMS, DraftForm, StepForm
from linli.organizations.choices import membership as choices
from linli.organizations.choices.federation import Title
from linli.organizations.choices.membership import MemberKind, Resource
from linli.organizations.models import Friendship, Membership, Pillar, Tenure

# The one form in which a browser reads a date, whatever the language of the page.
DATE = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
YES, NO = "yes", "no"


class YesNoField(forms.TypedChoiceField):
    """Yes, no, or not said yet."""

    def __init__(self, **options: Any) -> None:
        options |= {"choices": [(YES, "是"), (NO, "不是")], "coerce": lambda value: value == YES, "empty_value": None}
        super().__init__(widget=forms.RadioSelect, **options)

    def prepare_value(self, value: Any) -> Any:
        """The stored truth as the choice that says it."""
        return {True: YES, False: NO}.get(value, value)


class PillarForm(DraftForm):
    """How it stands with one of the six."""

    needed: ClassVar[tuple[str, ...]] = ("note",)
    note = forms.CharField(
        label="现状",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="写清在哪里、有多少、什么时候起，街道按这段话和材料核对。",
    )

    class Meta:
        model = Pillar
        fields = ("note",)


class TenureForm(DraftForm):
    """Who takes up which post for which term."""

    needed: ClassVar[tuple[str, ...]] = ("title_held", "person_name", "elected_on", "term_from", "term_to")
    title_held = forms.ChoiceField(label="职务", required=False, choices=[("", "请选择"), *Title.choices])
    person_name = PersonNameField(label="姓名", required=False)
    elected_on = forms.DateField(label="选举或聘任日期", required=False, widget=DATE)
    term_from = forms.DateField(label="任期自", required=False, widget=DATE)
    term_to = forms.DateField(
        label="任期至", required=False, widget=DATE, help_text="到这一天为止，届满自动卸任并提醒换届。"
    )

    class Meta:
        model = Tenure
        fields = ("title_held", "person_name", "elected_on", "term_from", "term_to")

    def clean(self) -> dict[str, Any]:
        """A term ends after it began."""
        cleaned = super().clean() or self.cleaned_data
        since, until = cleaned.get("term_from"), cleaned.get("term_to")
        if since and until and until <= since:
            self.add_error("term_to", "任期的结束日要晚于开始日。")
        return cleaned


class ApprovalForm(DraftForm):
    """Whether an official holds the post, and then by whose approval, and without pay."""

    needed: ClassVar[tuple[str, ...]] = ()
    is_official = YesNoField(
        label="是公职人员吗", required=False, help_text="公务员、参公人员、事业单位和国企领导人员都算。"
    )
    approval_number = forms.CharField(
        label="批准文号", required=False, max_length=60, help_text="公职人员必填，例如：汕金组干〔2026〕12 号。"
    )
    approved_on = forms.DateField(label="批准日期", required=False, widget=DATE)
    unpaid = forms.BooleanField(
        label="不领取报酬", required=False, initial=True, help_text="公职人员兼职不得领取任何报酬。"
    )

    class Meta:
        model = Tenure
        fields = ("is_official", "approval_number", "approved_on", "unpaid")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Not optional, although a no is an answer and the approval is asked of officials alone."""
        super().__init__(*args, **kwargs)
        for name in ("is_official", "approval_number", "approved_on"):
            self.fields[name].asked = True  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Of an official: approved, in the past, and unpaid."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("is_official"):
            if not cleaned.get("approval_number") and "approval_number" not in self.errors:
                self.add_error("approval_number", "公职人员兼职要有组织部门的批准文号，没有不能到任。")
            if not cleaned.get("unpaid"):
                self.add_error("unpaid", "公职人员兼职不得领取报酬（公务员法第四十四条）。")
        approved = cleaned.get("approved_on")
        if approved and approved > clock.today():
            self.add_error("approved_on", "批准日期不能在将来。")
        return cleaned


class FriendshipForm(DraftForm):
    """With whom, about what, for how long."""

    needed: ClassVar[tuple[str, ...]] = ("name", "shares", "valid_from", "valid_to")
    name = OrganizationNameField(label="对方名称", required=False)
    registered_with = forms.CharField(
        label="登记机关", required=False, max_length=60, help_text="例如：汕头市民政局。"
    )
    shares = forms.CharField(
        label="共享和合作的内容",
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="场地、设备、党建、人力、信息，各出什么。",
    )
    valid_from = forms.DateField(label="协议自", required=False, widget=DATE)
    valid_to = forms.DateField(label="协议至", required=False, widget=DATE, help_text="到这一天为止，到期自行终止。")

    class Meta:
        model = Friendship
        fields = ("name", "registered_with", "shares", "valid_from", "valid_to")

    def clean(self) -> dict[str, Any]:
        """An agreement ends after it began."""
        cleaned = super().clean() or self.cleaned_data
        since, until = cleaned.get("valid_from"), cleaned.get("valid_to")
        if since and until and until <= since:
            self.add_error("valid_to", "协议的结束日要晚于开始日。")
        return cleaned


class OrganizationJoinForm(DraftForm):
    """What an organization brings; its name stands on the register."""

    needed: ClassVar[tuple[str, ...]] = ("intro",)
    intro = forms.CharField(
        label="简介和能做的事",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="平时做什么，能为联合会出什么力，希望得到什么支持。",
    )

    class Meta:
        model = Membership
        fields: tuple[str, ...] = ("intro",)


class OtherJoinForm(OrganizationJoinForm):
    """An enterprise or a notable person, who stands on no register of ours."""

    needed: ClassVar[tuple[str, ...]] = ("name", "intro")
    name = forms.CharField(
        label="企业名称或本人姓名", required=False, min_length=2, max_length=60, widget=forms.TextInput()
    )

    class Meta(OrganizationJoinForm.Meta):
        fields = ("name", "intro")


class ContactForm(DraftForm):
    """Whom to call."""

    needed: ClassVar[tuple[str, ...]] = ("contact_name", "contact_phone")
    contact_name = PersonNameField(label="联系人", required=False)
    contact_phone = PhoneField(label="联系电话", required=False, help_text="加密保存，只用来联系会员事务。")

    class Meta:
        model = Membership
        fields = ("contact_name", "contact_phone")


CONSENT = (
    "联系人姓名和电话只用于办理会员事项和会员联系；联合会秘书和所在街道经办人按岗位查看，每次查看都有记录；"
    "退会满一年抹去电话。你可以随时查询、更正或撤回。"
)


class JoinConsentForm(DraftForm):
    """What becomes of what was typed, and the consent to it."""

    needed: ClassVar[tuple[str, ...]] = ("consented_at",)
    consented = forms.BooleanField(required=False)

    class Meta:
        model = Membership
        fields = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        behalf = self.instance.entered_by_id is not None
        field = self.fields["consented"]
        field.label = "已向本人说明，并取得同意" if behalf else "我已阅读并同意"
        field.initial = self.instance.consented_at is not None
        field.help_text = CONSENT

    def clean(self) -> dict[str, Any]:
        """A tick becomes a moment; taking it back clears it."""
        cleaned = super().clean() or self.cleaned_data
        if "consented" in cleaned:
            given = cleaned.pop("consented")
            cleaned["consented_at"] = (self.instance.consented_at or clock.now()) if given else None
        return cleaned


class CauseForm(DraftForm):
    """Why a member leaves, is warned, suspended, restored or expelled."""

    needed: ClassVar[tuple[str, ...]] = ("cause",)
    cause = forms.CharField(
        label="事由",
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="写清事实和章程的条款；会员会看到，可以申辩。",
    )

    class Meta:
        model = Membership
        fields = ("cause",)


class CouncilForm(StepForm):
    """What the council voted."""

    field_order = ("met_on", "entitled", "present", "in_favour", "reason")
    met_on = forms.DateField(label="理事会日期", widget=DATE, error_messages={"required": "请填理事会哪天开的。"})
    entitled = forms.IntegerField(label="应到理事", min_value=1, max_value=999)
    present = forms.IntegerField(label="实到理事", min_value=1, max_value=999)
    in_favour = forms.IntegerField(label="赞成", min_value=1, max_value=999)


FORMS[choices.ADMIT_MEMBERSHIP.name] = CouncilForm


class EnquiryForm(forms.Form):
    """What an outside organization looks for; the one public form, so every field is compulsory or says it is not."""

    name = OrganizationNameField(label="你们的名称", error_messages={"required": "请填你们的名称。"})
    registered_with = forms.CharField(
        label="在哪里登记或备案", required=False, max_length=60, help_text="例如：汕头市民政局。还没有登记就空着。"
    )
    resource = forms.ChoiceField(
        label="想要哪类资源",
        choices=Resource.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "请选一类。"},
    )
    want = forms.CharField(
        label="想做什么，需要什么",
        min_length=5,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="为谁、做什么、什么时候、要多大的场地或几个人。",
        error_messages={"required": "请写想做什么。", "min_length": "再写具体一点，至少 5 个字。"},
    )
    contact_name = PersonNameField(label="联系人", error_messages={"required": "请填联系人。"})
    contact_phone = PhoneField(label="联系电话", error_messages={"required": "请填联系电话，联合会要打给你。"})
    consented = forms.BooleanField(
        label="我已阅读并同意",
        help_text=(
            "联系人和电话只用于答复这一件事，由这个街道的联合会秘书和街道经办人查看，每次查看都有记录，"
            "办结满一年抹去。"
        ),
        error_messages={"required": "请先阅读并同意个人信息处理说明。"},
    )


class JoinForm(forms.Form):
    """As what one joins; an organization is chosen among the own ones."""

    member_kind = forms.ChoiceField(
        label="以什么身份入会",
        choices=MemberKind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "请选一种。"},
    )
    organization = forms.ChoiceField(label="哪家社会组织", required=False, widget=LongSelect)

    def __init__(self, data: Any = None, *, organizations: list[tuple[str, str]]) -> None:
        super().__init__(data)
        field = self.fields["organization"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "请选择"), *organizations]
        field.help_text = "以社会组织身份入会时要选。" if organizations else "没有可选的：先备案，或者已经是会员。"


class OpenForm(forms.Form):
    """The federation whose record is begun."""

    body = forms.ChoiceField(label="联合会", widget=LongSelect, error_messages={"required": "请选联合会。"})
    founded_on = forms.DateField(label="成立日期", widget=DATE, error_messages={"required": "请填成立日期。"})

    def __init__(self, data: Any = None, *, bodies: list[tuple[str, str]]) -> None:
        super().__init__(data)
        field = self.fields["body"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "请选择"), *bodies]
