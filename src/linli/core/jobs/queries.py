"""What the queue still holds for whom."""

from __future__ import annotations

from typing import TypeVar

from django.db.models import BigIntegerField, Exists, Model, OuterRef, QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from procrastinate.contrib.django.models import ProcrastinateJob

M = TypeVar("M", bound=Model)
COMING = ("todo", "doing")


def left_alone(rows: QuerySet[M], task: str, argument: str) -> QuerySet[M]:
    """Those of the rows for which no job will run any more: theirs has failed for good, or was deleted.

    `argument` is the one of the job that holds the row's key. A row and its job are written in one transaction and
    one statement sees both, so that a row is never taken for left alone because its job is about to come.
    """
    key = Cast(KeyTextTransform(argument, "args"), BigIntegerField())
    job = ProcrastinateJob.objects.filter(task_name=task, status__in=COMING).annotate(key=key)
    return rows.filter(~Exists(job.filter(key=OuterRef("pk"))))
