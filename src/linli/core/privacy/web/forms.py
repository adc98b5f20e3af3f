"""The pages on which a request about the own data is written, and what its steps ask."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from linli.core.codes.fields import IdNumberField, MobileField, PersonNameField
from linli.core.privacy.choices import GRANT, GRANT_PART, REFUSE, RefusalGround, RequestKind
from linli.core.privacy.declare import HOLDINGS, PROCESSINGS, Holding
from linli.core.privacy.models import DataRequest
from linli.core.privacy.places import districts
from linli.core.privacy.queries import consents_of, subject_of_request
from linli.core.workflow.declare import Step
from linli.core.workflow.forms import FORMS, DraftForm, StepForm

# These go with the account, or are the person's to delete at once.
NOT_ALONE = ("account/", "requests/", "saved-filters/", "share-links/", "webhooks/")
GUARDIAN = "我是监护人，替未满 14 周岁的孩子提出"


def _rows(case: DataRequest, wanted: Any) -> list[tuple[str, str]]:
    """The person's own rows that a request of this kind can name."""
    subject = subject_of_request(case)
    found = []
    for holding in HOLDINGS.values():
        if wanted(holding):
            found += [
                (f"{holding.slug}/{row.pk}", f"{holding.label}：{holding.title(row)}")
                for row in holding.about(subject).order_by("-pk")[:50]
            ]
    return found


def _correctable(holding: Holding) -> bool:
    return holding.correct is not None


def _erasable(holding: Holding) -> bool:
    return holding.erase is not None


class RequestForm(DraftForm):
    """What every kind asks: words, who speaks for a child, and the district where that is not known."""

    class Meta:
        model = DataRequest
        fields: tuple[str, ...] = ("words", "as_guardian")
        widgets = {"words": forms.Textarea(attrs={"rows": 4, "maxlength": 500})}
        help_texts = {"words": "写给经办人看，加密保存，500 字以内"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["as_guardian"].label = GUARDIAN
        self.fields["words"].max_length = 500  # type: ignore[attr-defined]
        if not self.instance.scope:
            choices = [("", "请选择"), *((place.path, place.label) for place in districts())]
            self.fields["place"] = forms.ChoiceField(label="由哪个区办理", choices=choices, required=False)
            self.order_fields(["place", "record", "field", "value", "words"])
            self._asked()

    def _asked(self) -> None:
        """What is needed is not called optional, although a draft may lack it."""
        for name in {*self.needed, "place"} & self.fields.keys():
            self.fields[name].asked = True  # type: ignore[attr-defined]

    def _fix(self, choices: list[tuple[str, str]], label: str, empty: str) -> None:
        """A choice of records; one that a worker enters for was chosen on the page the worker came from."""
        if self.instance.owner is None:
            del self.fields["record"]
            return
        self.fields["record"] = forms.ChoiceField(label=label, choices=[("", empty), *choices], required=False)
        self.order_fields(["place", "record", "field", "value", "words"])


class CorrectForm(RequestForm):
    """Which value of which record, and what it should be; checked as that value is checked everywhere."""

    needed = ("record", "field", "value")

    class Meta(RequestForm.Meta):
        fields = ("record", "field", "value", "words", "as_guardian")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._fix(_rows(self.instance, _correctable), "哪一条记录", "请选择")
        only = self.instance.holding_slug
        groups = [
            (holding.label, [(item.name, item.label) for item in holding.items if item.name in holding.correctable])
            for holding in HOLDINGS.values()
            if _correctable(holding) and (self.instance.owner is not None or holding.slug == only)
        ]
        self.fields["field"] = forms.ChoiceField(label="哪一项", choices=[("", "请选择"), *groups], required=False)
        self.fields["value"].label = "应改为"
        self.fields["words"].help_text = "写明为什么不对；改姓名、身份证号要在后面上传证明"
        self.order_fields(["place", "record", "field", "value", "words"])
        self._asked()

    def clean(self) -> dict[str, Any]:
        """Check the value by the rules of its field."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        record = cleaned.get("record") or self.instance.record
        holding = HOLDINGS.get(record.partition("/")[0])
        name, value = cleaned.get("field"), cleaned.get("value")
        if holding is not None and name:
            if name not in holding.correctable:
                self.add_error("field", f"“{holding.label}”里没有这一项可以更正，请重新选。")
            elif value:
                try:
                    cleaned["value"] = holding.correctable[name]().clean(value)
                except ValidationError as error:
                    self.add_error("value", error)
        return cleaned


class DeleteForm(RequestForm):
    """One record, or everything with the account."""

    class Meta(RequestForm.Meta):
        fields = ("record", "words", "as_guardian")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = [
            row
            for row in _rows(self.instance, _erasable)
            if not row[0].startswith(("account/", "requests/", "saved-filters/", "share-links/", "webhooks/"))
        ]
        self._fix(rows, "删除什么", "全部信息，并注销账号")


class RestrictForm(RequestForm):
    """The record whose use is to be restricted."""

    needed = ("record",)

    class Meta(RequestForm.Meta):
        fields = ("record", "words", "as_guardian")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = _rows(self.instance, lambda holding: holding.scope is not None and holding.slug != "requests")
        self._fix(rows, "限制使用哪一条", "请选择")
        self._asked()


class WithdrawForm(RequestForm):
    """The agreement to take back."""

    needed = ("processing",)

    class Meta(RequestForm.Meta):
        fields = ("processing", "words", "as_guardian")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held = consents_of(self.instance.owner).filter(withdrawn_at__isnull=True) if self.instance.owner else []
        choices = [
            (row.processing, PROCESSINGS[row.processing].label) for row in held if row.processing in PROCESSINGS
        ]
        self.fields["processing"] = forms.ChoiceField(
            label="撤回哪项同意", choices=[("", "请选择"), *choices], required=False
        )
        self.order_fields(["place", "processing", "words"])
        self._asked()


class LinkForm(RequestForm):
    """The numbers under which records are to be found; an officer looks at the card before anything is shown."""

    needed = ("claimant_id_number",)
    claimant_id_number = IdNumberField(label="身份证号", required=False)
    claimant_phone = MobileField(label="手机号", required=False)

    class Meta(RequestForm.Meta):
        fields = ("claimant_id_number", "claimant_phone", "words", "as_guardian")


class WordsForm(RequestForm):
    """A question in words."""

    needed = ("words",)


class ClaimantForm(DraftForm):
    """Whose request it is, as read from the identity card lying on the counter."""

    needed = ("claimant_name", "claimant_id_number")
    claimant_name = PersonNameField(label="本人姓名", required=False)
    claimant_id_number = IdNumberField(label="本人身份证号", required=False)
    claimant_phone = MobileField(label="本人手机号", required=False)

    class Meta:
        model = DataRequest
        fields = ("claimant_name", "claimant_id_number", "claimant_phone")


FORM_OF: dict[str, type[RequestForm]] = {
    RequestKind.CORRECT: CorrectForm,
    RequestKind.DELETE: DeleteForm,
    RequestKind.RESTRICT: RestrictForm,
    RequestKind.WITHDRAW: WithdrawForm,
    RequestKind.LINK: LinkForm,
    RequestKind.EXPLAIN: WordsForm,
    RequestKind.QUESTION: WordsForm,
}

CHECKED = "代为提出、查找关联的：已当面核对身份证件（填了手机号的，已当场拨通）"


def _ground() -> forms.ChoiceField:
    return forms.ChoiceField(
        label="法律依据",
        choices=[("", "请选择"), *RefusalGround.choices],
        error_messages={"required": "请选择法律依据，本人会看到。"},
    )


class GrantForm(StepForm):
    """Granting: whether the card was seen, where it matters."""

    def __init__(self, step: Step, data: Any = None) -> None:
        super().__init__(step, data)
        self.fields["identity_checked"] = forms.BooleanField(label=CHECKED, required=False)


class GrantPartForm(GrantForm):
    """Granting in part: also the ground on which the rest stays."""

    def __init__(self, step: Step, data: Any = None) -> None:
        super().__init__(step, data)
        self.fields["ground"] = _ground()
        self.order_fields(["ground", "reason", "identity_checked"])


class RefuseForm(StepForm):
    """Refusing: the ground in law and the reason."""

    def __init__(self, step: Step, data: Any = None) -> None:
        super().__init__(step, data)
        self.fields["ground"] = _ground()
        self.order_fields(["ground", "reason"])


FORMS.update({GRANT.name: GrantForm, GRANT_PART.name: GrantPartForm, REFUSE.name: RefuseForm})
