"""The application, one matter a form, and what the steps of a case ask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms

from linli.core import clock
from linli.core.codes.fields import IdNumberField, MobileField
from linli.core.workflow.declare import Step
from linli.core.workflow.forms import FORMS, DraftForm, StepForm
from linli.core.workflow.models import Case
from linli.mediation.choices import cases as choices
from linli.mediation.choices.network import WITHOUT_POWER
from linli.mediation.choices.states import Attendance, Confirmation, Dispute, Side, Source, Way
from linli.mediation.models import MediationBody, MediationCase
from linli.mediation.queries import loads
from linli.mediation.web.forms_of_network import day

if TYPE_CHECKING:
    BodyField = forms.ModelChoiceField[MediationBody]
else:  # a class of Django that cannot be subscripted at run time
    BodyField = forms.ModelChoiceField

MOMENT = "%Y-%m-%dT%H:%M"


class SourceForm(DraftForm):
    """From where the case comes, when somebody brings it for others."""

    needed: ClassVar[tuple[str, ...]] = ("source",)
    source = forms.ChoiceField(label="来源", choices=Source.choices)
    sent_from = BodyField(
        label="移送单位",
        required=False,
        queryset=MediationBody.objects.filter(kind__in=WITHOUT_POWER, closed_on__isnull=True),
        empty_label="没有",
        help_text="派出所、法庭移送的，选联络点。",
    )

    class Meta:
        model = MediationCase
        fields = ("source", "sent_from")


class SidesForm(DraftForm):
    """The two sides. They are kept in rows of their own, so the form fills itself from the case."""

    needed: ClassVar[tuple[str, ...]] = ("first_name", "second_name")
    first_name = forms.CharField(label="申请人（姓名或单位名称）", required=False, max_length=60, strip=True)
    first_phone = MobileField(label="申请人手机号", required=False)
    first_id_number = IdNumberField(
        label="申请人身份证号", required=False, help_text="写协议书时用，可以到调解室再填。"
    )
    first_address = forms.CharField(label="申请人住址", required=False, max_length=120, strip=True)
    second_name = forms.CharField(
        label="对方（姓名或单位名称）",
        required=False,
        max_length=60,
        strip=True,
        help_text="一方人多的，写推选的代表。",
    )
    second_phone = MobileField(label="对方手机号", required=False, help_text="调委会用它联系对方；不知道可以不填。")
    second_id_number = IdNumberField(label="对方身份证号", required=False, help_text="一般不用填。")
    second_address = forms.CharField(label="对方住址", required=False, max_length=120, strip=True)

    class Meta:
        model = MediationCase
        fields = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        case = kwargs.get("instance")
        if case is not None:
            kwargs["initial"] = {name: getattr(case, name) for name in self.base_fields} | (
                kwargs.get("initial") or {}
            )
        super().__init__(*args, **kwargs)


class MatterForm(DraftForm):
    """What they quarrel over."""

    needed: ClassVar[tuple[str, ...]] = ("dispute", "facts", "wish")
    dispute = forms.ChoiceField(label="纠纷类型", required=False, choices=[("", "请选择"), *Dispute.choices])
    facts = forms.CharField(
        label="纠纷经过",
        required=False,
        max_length=2000,
        help_text="什么时候、在哪里、为了什么事。只有双方、调解员和调委会主任看得到。",
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    wish = forms.CharField(
        label="希望怎么解决",
        required=False,
        max_length=500,
        help_text="写你的要求。",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    amount = forms.DecimalField(label="涉及金额（元）", required=False, min_value=0, max_digits=12, decimal_places=2)

    class Meta:
        model = MediationCase
        fields = ("dispute", "facts", "wish", "amount")


# --- steps ----------------------------------------------------------------------------------------------------------


def _mediator(label: str, *, required: bool = False, hint: str = "") -> forms.CharField:
    """A mediator by outward name; whom a case may choose is offered by `fit`, and checked by the action."""
    return forms.CharField(
        label=label, required=required, max_length=22, strip=True, help_text=hint, widget=forms.Select
    )


def _offer(form: StepForm, case: Case, names: tuple[str, ...], *, loaded: bool) -> None:
    assert isinstance(case, MediationCase)
    sides = {party.user_id for party in case.both}
    offered = []
    for load in loads(case.body):
        if not load.acting or load.mediator.user_id in sides:
            continue
        hand = f"，手上 {load.leading} 件" if loaded else ""
        skills = f"，{load.mediator.skills}" if load.mediator.skills else ""
        words = f"{load.mediator}（{load.mediator.get_profession_display()}{skills}{hand}）"
        offered.append((load.mediator.uid, words))
    for name in names:
        form.fields[name].widget.choices = [("", "请选择"), *offered]


class ConsentForm(StepForm):
    """A side may choose the mediator."""

    mediator = _mediator("想请谁调解", hint="可以不选，由调委会指定。")

    def fit(self, case: Case) -> None:
        """The committee's mediators."""
        _offer(self, case, ("mediator",), loaded=False)


class RecordConsentForm(StepForm):
    """Whose consent, and how it was given."""

    side = forms.ChoiceField(label="哪一方", choices=Side.choices)
    way = forms.ChoiceField(label="怎么同意的", choices=[choice for choice in Way.choices if choice[0] != Way.ONLINE])
    mediator = _mediator("这一方选的调解员", hint="没有选，就空着。")

    def fit(self, case: Case) -> None:
        """The committee's mediators."""
        _offer(self, case, ("mediator",), loaded=False)


class PanelForm(StepForm):
    """Who sits at the table."""

    lead = _mediator("主持调解员", required=True)
    second = _mediator("一起调解的")
    third = _mediator("还有一位")
    joint = forms.BooleanField(label="三方联调", required=False, help_text="法律人士、专业人士、社会人士各至少一位。")
    field_order = ("lead", "second", "third", "joint", "reason")

    def fit(self, case: Case) -> None:
        """The committee's mediators with what each has on hand; what both sides wish is filled in."""
        _offer(self, case, ("lead", "second", "third"), loaded=True)
        assert isinstance(case, MediationCase)
        wished = case.lead or case.first_wish or case.second_wish
        if wished is not None:
            self.fields["lead"].initial = wished.uid
        if case.first_wish or case.second_wish:
            said = [f"{party.get_side_display()}选了{party.wished}" for party in case.both if party.wished]
            self.fields["lead"].help_text = f"{'，'.join(said)}。"


class SessionForm(StepForm):
    """One time at the table."""

    held_at = forms.DateTimeField(
        label="时间",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT),
        input_formats=[MOMENT, "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z"],
        initial=clock.now,
    )
    place = forms.CharField(label="地点", max_length=60, strip=True)
    present = forms.ChoiceField(label="到场", choices=Attendance.choices)
    notes = forms.CharField(
        label="调解记录",
        max_length=4000,
        help_text="只有调解员和主任看得到，当事人和别人都看不到。",
        widget=forms.Textarea(attrs={"rows": 5}),
    )


class ExtendForm(StepForm):
    """How long, and that both agree."""

    days = forms.IntegerField(label="延期几天", min_value=1, max_value=90, initial=30)
    first_agrees = forms.BooleanField(label="申请人一方同意", required=False)
    second_agrees = forms.BooleanField(label="被申请人一方同意", required=False)


class TermsForm(StepForm):
    """What was agreed."""

    terms = forms.CharField(
        label="协议内容",
        max_length=4000,
        help_text="谁、在哪天以前、做什么；一条一行。",
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    perform_by = day("履行期限")


class SideForm(StepForm):
    """Which side."""

    side = forms.ChoiceField(label="哪一方", choices=Side.choices)


class FailForm(StepForm):
    """Why, and that both know where else to go."""

    told = forms.BooleanField(label="已告知双方可以依法仲裁、申请行政裁决或者起诉", required=False)
    field_order = ("told", "reason")


class ApplicationForm(StepForm):
    """A common application to the court."""

    applied_on = day("申请日期", initial=clock.today)
    court = forms.CharField(label="法院", max_length=60, strip=True)
    first_agrees = forms.BooleanField(label="申请人一方申请", required=False)
    second_agrees = forms.BooleanField(label="被申请人一方申请", required=False)


class RulingForm(StepForm):
    """What the court said."""

    result = forms.ChoiceField(
        label="裁定",
        choices=[choice for choice in Confirmation.choices if choice[0] in ("confirmed", "rejected")],
    )
    ruled_on = day("裁定日期", initial=clock.today)
    ruling = forms.CharField(label="裁定书文号", max_length=60, strip=True)


class InwardForm(StepForm):
    """Words that the sides do not read."""

    def __init__(self, step: Step, data: Any = None) -> None:
        super().__init__(step, data)
        self.fields["reason"].label = "说明"
        self.fields["reason"].error_messages["required"] = f"请写明“{step.label}”的情况。"


class DangerForm(InwardForm):
    """What was seen, and whether the police know."""

    police_told = forms.BooleanField(label="已报告公安机关", required=False)
    field_order = ("reason", "police_told")


FORMS.update(
    {
        choices.CONSENT.name: ConsentForm,
        choices.RECORD_CONSENT.name: RecordConsentForm,
        choices.ACCEPT.name: PanelForm,
        choices.REASSIGN.name: PanelForm,
        choices.NOTE_SESSION.name: SessionForm,
        choices.EXTEND.name: ExtendForm,
        choices.REACH_ORAL.name: TermsForm,
        choices.REACH_WRITTEN.name: TermsForm,
        choices.SIGN.name: SideForm,
        choices.FAIL.name: FailForm,
        choices.RECORD_REFUSAL.name: SideForm,
        choices.APPLY_CONFIRMATION.name: ApplicationForm,
        choices.NOTE_RULING.name: RulingForm,
        choices.FLAG_DANGER.name: DangerForm,
        choices.CLEAR_DANGER.name: InwardForm,
        choices.FOLLOW_UP.name: InwardForm,
    }
)
