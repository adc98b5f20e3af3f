"""How every form looks: label, why we ask, the error in words, the field. Django's own renderer does it all."""

from __future__ import annotations

from django.forms import BaseForm
from django.forms.renderers import TemplatesSetting
from django.http import JsonResponse


class Renderer(TemplatesSetting):
    """`{{ form }}` and `{{ field.as_field_group }}` with our templates, on allauth's pages too."""

    form_template_name = "ui/form_fields.html"
    formset_template_name = "ui/formset.html"
    field_template_name = "ui/field.html"


def field_answer(form: BaseForm, name: str, fine: str = "") -> JsonResponse:
    """The answer to a per-field check (`data-check-url`): this field's first error, else a word of assent.

    An unknown name or an empty optional field answers with nothing, so that leaving a field is never punished.
    """
    if name not in form.fields or not form.data.get(form.add_prefix(name)):
        return JsonResponse({"error": "", "fine": ""})
    errors = form.errors.as_data().get(name, [])
    return JsonResponse({"error": errors[0].messages[0] if errors else "", "fine": "" if errors else fine})
