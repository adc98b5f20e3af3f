"""The form of a step: what its declaration asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms

from linli.core.workflow.declare import Step
from linli.core.workflow.models import Case

if TYPE_CHECKING:
    ModelForm = forms.ModelForm[Any]
else:  # a class of Django that cannot be subscripted at run time
    ModelForm = forms.ModelForm


class StepForm(forms.Form):
    """Asks for the reason where the step wants one. A domain may bind its own with `step_form`."""

    reason = forms.CharField(
        label="说明", required=False, max_length=500, strip=True, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, step: Step, data: Any = None) -> None:
        super().__init__(data, prefix=step.slug)
        self.step = step
        reason = self.fields["reason"]
        if not step.reason:
            del self.fields["reason"]
            return
        must = step.reason == "must"
        reason.required = must
        reason.label = f"{step.label}的理由" if must else "附言（可不写）"
        reason.help_text = str(step.hint)
        reason.error_messages["required"] = f"请写明“{step.label}”的理由，申请人会看到。"

    def fit(self, case: Case) -> None:
        """Offer what this case allows to choose from; nothing to do for most."""


class DraftForm(ModelForm):
    """A page of a draft: nothing is compulsory yet, but what `needed` names is not called optional either."""

    needed: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.needed:
            if name in self.fields:
                self.fields[name].asked = True  # type: ignore[attr-defined]


FORMS: dict[str, type[StepForm]] = {}


def form_for(step: Step, data: Any = None, case: Case | None = None) -> StepForm:
    """The form of a step, bound when data is given, fitted to the case when one is."""
    form = FORMS.get(step.name, StepForm)(step, data)
    if case is not None:
        form.fit(case)
    return form
