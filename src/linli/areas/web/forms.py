"""A field to choose an area from: one plain select with groups, which needs no script."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django import forms

from linli.areas import queries
from linli.areas.choices import Level
from linli.areas.models import Area

if TYPE_CHECKING:
    ChoiceIterator = forms.models.ModelChoiceIterator[Area]
    ChoiceField = forms.ModelChoiceField[Area]
else:  # classes of Django that cannot be subscripted at run time
    ChoiceIterator = forms.models.ModelChoiceIterator
    ChoiceField = forms.ModelChoiceField


class AreaChoiceIterator(ChoiceIterator):
    """Options grouped under what holds them: 东方街道 → 凤凰社区."""

    def __iter__(self) -> Iterator[Any]:
        if self.field.empty_label is not None:
            yield ("", self.field.empty_label)
        field = self.field
        if isinstance(field, AreaField) and field.root is not None:
            yield from queries.picker_groups(field.root, level=field.level)


class AreaField(ChoiceField):
    """An area of one level below a root, e.g. a community of the district.

    The root may be set later, when the request is known: `form.fields["area"].root = district`.
    """

    iterator = AreaChoiceIterator

    def __init__(self, *, root: Area | None = None, level: Level = Level.COMMUNITY, **options: Any) -> None:
        self.level = level
        options.setdefault("empty_label", "请选择")
        options.setdefault("error_messages", {"invalid_choice": "这个区划不在可选的范围里，请重新选。"})
        super().__init__(queryset=Area.objects.none(), **options)
        self.root = root

    @property
    def root(self) -> Area | None:
        """The area below which one may choose."""
        return self._root

    @root.setter
    def root(self, area: Area | None) -> None:
        self._root = area
        found = Area.objects.none() if area is None else queries.subtree(area, levels=[self.level])
        self.queryset = found

    def __deepcopy__(self, memo: dict[int, Any]) -> AreaField:
        copied: AreaField = super().__deepcopy__(memo)
        # The day may have turned since the form class was read.
        copied.root = self._root
        return copied
