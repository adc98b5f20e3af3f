"""The forms of accounts, bodies and posts."""

from __future__ import annotations

from typing import Any

from django import forms

from linli.actors.choices import BodyKind, Role
from linli.actors.models import Body
from linli.actors.queries import bodies_visible_to, body_choices, place_choices
from linli.areas.models import Area
from linli.core import clock
from linli.core.access.models import User
from linli.core.codes.fields import MobileField, PersonNameField
from linli.core.errors import BadInput
from linli.core.ui.forms import LongSelect

# The one form in which a browser reads a date, whatever the language of the page.
DATE = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
KEEPER = (Role.SYSADMIN,)


class ReasonForm(forms.Form):
    """Why; the person concerned reads it."""

    reason = forms.CharField(
        label="原因",
        max_length=200,
        help_text="本人会看到，也会留在办理记录里",
        error_messages={"required": "请写明原因，本人会看到。"},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class AccountForm(forms.Form):
    """A new account; it has no right until a post is agreed to."""

    name = PersonNameField(label="姓名", error_messages={"required": "请填姓名。"})
    username = forms.CharField(
        label="账号",
        max_length=60,
        help_text="登录时用，一般是姓名的拼音",
        error_messages={"required": "请填账号。"},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )
    phone = MobileField(label="手机号", required=False)
    email = forms.EmailField(
        label="电子邮箱",
        required=False,
        help_text="待办和期限的提醒会发到这里",
        error_messages={"invalid": "邮箱地址不完整。请核对，例如 zhang@example.org。"},
    )


class BulkForm(forms.Form):
    """Several accounts, pasted from a sheet."""

    rows = forms.CharField(
        label="名单",
        max_length=60_000,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false"}),
        help_text="从表格里复制粘贴，一行一人：账号、姓名、手机号（可空）。用制表符、逗号或空格分开。",
        error_messages={"required": "请粘贴名单，一行一人。"},
    )


class SomebodyField(forms.CharField):
    """A person by account; a name that only one visible account bears does as well."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("label", "任职人的账号")
        options.setdefault("help_text", "填账号，或本区独一无二的姓名")
        options.setdefault("error_messages", {"required": "请填任职人的账号。"})
        super().__init__(max_length=60, **options)


def somebody(text: str, seen: Any) -> User:
    """The account meant; BadInput where there is none or more than one."""
    found = list(seen.filter(username=text)[:1]) or list(seen.filter(name=text).order_by("pk")[:4])
    if len(found) == 1:
        return found[0]  # type: ignore[no-any-return]
    if not found:
        sentence = f"没有账号或姓名是“{text}”的人。先到“账号”里开立，再来任职。"
    else:
        sentence = f"有几个人叫“{text}”，请填账号：{'、'.join(user.username for user in found)}。"
    raise BadInput("actors.who", sentence, fields={"who": sentence})


class PostForm(forms.Form):
    """Who is to hold which post where."""

    who = SomebodyField()
    role = forms.ChoiceField(label="岗位", choices=[("", "请选择"), *Role.choices])
    area = forms.TypedChoiceField(label="管辖区域", coerce=int, widget=LongSelect)
    body = forms.TypedChoiceField(
        label="机构",
        coerce=int,
        required=False,
        empty_value=None,
        widget=LongSelect,
        help_text="不选就是这个区域自己的办事机构",
    )
    title = forms.CharField(label="职务", max_length=60, required=False, help_text="例如：社会事务办经办")
    since = forms.DateField(label="自哪天起", widget=DATE, initial=clock.today)
    until = forms.DateField(label="到哪天为止", widget=DATE, required=False, help_text="不含这一天；长期任职不填")
    cause = forms.CharField(
        label="任职依据",
        max_length=200,
        help_text="文件或会议，例如：区民政局 2026 年第 3 次局务会",
        error_messages={"required": "请写明任职依据，安全管理员据此核准。"},
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places: Any = self.fields["area"]
        places.choices = [("", "请选择"), *place_choices(user, *KEEPER)]
        bodies: Any = self.fields["body"]
        bodies.choices = [("", "这个区域自己的办事机构"), *body_choices(living(user))]
        for name, sentence in (("role", "请选岗位。"), ("area", "请选管辖区域。"), ("since", "请填日期。")):
            self.fields[name].error_messages["required"] = sentence


def living(user: User) -> Any:
    """The bodies that are not closed, in the order of their places."""
    return bodies_visible_to(user).filter(valid_to__isnull=True).order_by("area__path", "pk")


class HandoverForm(forms.Form):
    """Who takes a post over, and from when."""

    who = SomebodyField(label="接任人的账号")
    since = forms.DateField(label="自哪天起接任", widget=DATE, initial=clock.today)
    cause = forms.CharField(label="依据", max_length=200, error_messages={"required": "请写明依据。"})


class DeputyForm(forms.Form):
    """Who stands in, from when until when."""

    who = SomebodyField(label="代理人的账号")
    since = forms.DateField(label="自哪天起", widget=DATE, initial=clock.today)
    until = forms.DateField(
        label="到哪天为止",
        widget=DATE,
        help_text="不含这一天，到期自动结束",
        error_messages={"required": "请填到哪天为止。"},
    )
    cause = forms.CharField(
        label="依据", max_length=200, help_text="例如：年休假", error_messages={"required": "请写明依据。"}
    )


class RelieveForm(forms.Form):
    """When a post ends and why."""

    since = forms.DateField(label="自哪天起不再任职", widget=DATE, initial=clock.today)
    cause = forms.CharField(label="依据", max_length=200, error_messages={"required": "请写明依据。"})


class BodyForm(forms.Form):
    """What a body is called and how it is reached."""

    name = forms.CharField(label="名称", max_length=120, error_messages={"required": "请填机构名称。"})
    short_name = forms.CharField(label="简称", max_length=40, required=False, help_text="列表和办理记录里显示")
    phone = forms.CharField(label="办公电话", max_length=30, required=False)
    address = forms.CharField(label="地址", max_length=200, required=False)


class NewBodyForm(BodyForm):
    """A new body."""

    area = forms.TypedChoiceField(label="所在区域", coerce=int, widget=LongSelect)
    kind = forms.ChoiceField(label="类别", choices=BodyKind.choices)
    field_order = ["name", "short_name", "area", "kind", "phone", "address"]

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places: Any = self.fields["area"]
        places.choices = [("", "请选择"), *place_choices(user, *KEEPER)]
        places.error_messages["required"] = "请选所在区域。"


class RenameBodyForm(BodyForm):
    """A changed body."""

    reason = forms.CharField(label="依据", max_length=200, error_messages={"required": "请写明依据。"})


class MoveBodyForm(forms.Form):
    """Where a body goes."""

    to = forms.TypedChoiceField(label="迁到", coerce=int, widget=LongSelect)
    reason = forms.CharField(label="依据", max_length=200, error_messages={"required": "请写明依据。"})

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places: Any = self.fields["to"]
        places.choices = [("", "请选择"), *place_choices(user, *KEEPER)]
        places.error_messages["required"] = "请选迁到哪里。"


class CloseBodyForm(forms.Form):
    """When a body ends."""

    on = forms.DateField(label="自哪天起撤销", widget=DATE, initial=clock.today)
    reason = forms.CharField(label="依据", max_length=200, error_messages={"required": "请写明依据。"})


def refused(form: forms.Form, refusal: BadInput) -> None:
    """Put a refusal's sentences to the fields they name; those of no field to the top."""
    named = {"user": "who", "replaces": "", "duty_title": "title"}
    for name, sentence in refusal.fields.items():
        field = named.get(name, name)
        form.add_error(field if field in form.fields else None, sentence)
    if not refusal.fields:
        form.add_error(None, refusal.message)


def area_of(pk: int) -> Area:
    """The area a form chose from its own choices."""
    return Area.objects.get(pk=pk)


def body_of(pk: int) -> Body:
    """The body a form chose from its own choices."""
    return Body.objects.select_related("area").get(pk=pk)
