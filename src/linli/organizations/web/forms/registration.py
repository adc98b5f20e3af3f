"""The application to be registered, and what its steps ask."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from linli.core.codes.names import check_organization_name
from linli.core.codes.uscc import check_uscc
from linli.core.workflow.forms import FORMS, DraftForm, StepForm
from linli.organizations.choices import registration as choices
from linli.organizations.choices.registration import OFFERED
from linli.organizations.choices.states import LegalType
from linli.organizations.models import Registration
from linli.organizations.queries.registration import foundations_go_to


class KindForm(DraftForm):
    """As what it is to be registered, under which name, and where."""

    needed: ClassVar[tuple[str, ...]] = ("legal_type", "full_name", "premises")
    legal_type = forms.ChoiceField(
        label="法律类型",
        required=False,
        choices=[
            *((kind.value, kind.label) for kind in OFFERED),
            (LegalType.FOUNDATION.value, "基金会（由省里登记）"),
        ],
        widget=forms.RadioSelect,
        help_text="会员组成的选社会团体，举办实体服务的选社会服务机构。基金会不在区里登记，选了会告诉你向哪里申请。",
    )
    full_name = forms.CharField(
        label="登记名称",
        required=False,
        min_length=4,
        max_length=60,
        help_text="行政区划 + 业务领域 + 组织形式，例如：汕头市金平区书画协会、金平区邻里社会工作服务中心。",
    )
    premises = forms.CharField(label="住所", required=False, max_length=120, help_text="和场所使用权证明一致。")

    class Meta:
        model = Registration
        fields = ("legal_type", "full_name", "premises")

    def clean_legal_type(self) -> str:
        """A foundation is registered elsewhere: say where."""
        legal_type: str = self.cleaned_data["legal_type"]
        if legal_type == LegalType.FOUNDATION:
            raise ValidationError(foundations_go_to(self.instance.organization.area))
        return legal_type

    def clean_full_name(self) -> str:
        """The name by the rules for names of organizations."""
        name: str = self.cleaned_data["full_name"]
        return check_organization_name(name) if name else ""


class MeansForm(DraftForm):
    """Members, staff and money: what the law asks of its type."""

    needed: ClassVar[tuple[str, ...]] = ("funds",)
    individuals = forms.IntegerField(
        label="个人会员", required=False, min_value=0, max_value=100_000, help_text="社会团体填。没有就填 0。"
    )
    units = forms.IntegerField(
        label="单位会员", required=False, min_value=0, max_value=100_000, help_text="社会团体填。没有就填 0。"
    )
    staff = forms.IntegerField(
        label="从业人员", required=False, min_value=0, max_value=100_000, help_text="社会服务机构填。没有就填 0。"
    )
    funds = forms.DecimalField(
        label="注册资金（元）",
        required=False,
        min_value=0,
        max_digits=14,
        decimal_places=2,
        help_text="和验资报告一致。",
    )

    class Meta:
        model = Registration
        fields = ("individuals", "units", "staff", "funds")

    def clean(self) -> dict[str, Any]:
        """What is left empty is none."""
        cleaned = super().clean() or self.cleaned_data
        for name in ("individuals", "units", "staff", "funds"):
            if name in cleaned and cleaned[name] is None:
                cleaned[name] = 0
        return cleaned


class ConsentForm(StepForm):
    """The document by which the supervising unit consents."""

    approval_number = forms.CharField(
        label="批准文号", max_length=60, strip=True, help_text="例如：东街〔2026〕12 号。"
    )
    field_order = ("approval_number", "reason")


class RegisterForm(StepForm):
    """The code on the certificate."""

    uscc = forms.CharField(label="统一社会信用代码", max_length=30, strip=True, help_text="照登记证书填，18 位。")
    field_order = ("uscc", "reason")

    def clean_uscc(self) -> str:
        """A code whose check character fits."""
        try:
            return check_uscc(self.cleaned_data["uscc"])
        except ValidationError as error:
            raise ValidationError(error.messages) from error


FORMS.update({choices.CONSENT.name: ConsentForm, choices.REGISTER.name: RegisterForm})
