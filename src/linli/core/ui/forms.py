"""How every form looks: label, why we ask, the error in words, the field. Django's own renderer does it all."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms import BaseForm
from django.forms.renderers import TemplatesSetting
from django.forms.utils import flatatt
from django.http import JsonResponse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


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


class LongSelect(forms.Select):
    """A select of many options, written at once: Django's own renders a template for every option."""

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        """The same element that Django's template gives."""
        widget = self.get_context(name, value, attrs)["widget"]
        parts = []
        for label, options, _index in widget["optgroups"]:
            written = format_html_join(
                "",
                '<option value="{}"{}>{}</option>',
                ((o["value"], SafeString(" selected") if o["selected"] else "", o["label"]) for o in options),
            )
            parts.append(format_html('<optgroup label="{}">{}</optgroup>', label, written) if label else written)
        body = format_html_join("", "{}", ((part,) for part in parts))
        return format_html('<select name="{}"{}>{}</select>', widget["name"], flatatt(widget["attrs"]), body)
