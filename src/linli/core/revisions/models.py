"""The marks."""

from __future__ import annotations

from django.db import models


class Revision(models.Model):
    """A mark that changes whenever one of some tables does. Written by their triggers alone."""

    name = models.CharField(max_length=20, primary_key=True)
    mark = models.UUIDField()

    class Meta:
        db_table = "core_revision"
        verbose_name = "变动标记"

    def __str__(self) -> str:
        return self.name
