"""What is written in bulk equals what the engine writes step by step."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from linli.core import clock
from linli.core.access.models import User
from linli.core.audit.models import Event
from linli.core.files import store
from linli.core.files.models import Attachment
from linli.core.files.queries import attachments_of
from linli.core.notices.models import Notice
from linli.core.workflow.duties import run_clock
from linli.core.workflow.engine import perform
from linli.core.workflow.models import Case, CaseVersion, Task
from linli.demo.register import SAVED
from linli.demo.replay import NIGHT, Replay, Taken
from linli.organizations.actions.amendments import begin_amendment, save_amendment
from linli.organizations.actions.filings import begin_filing, save_draft
from linli.organizations.choices import filing as choices
from linli.organizations.choices.filing import AmendmentKind, AmendmentState, FilingState, LegalStatus
from linli.organizations.models import Amendment, Filing

pytestmark = pytest.mark.usefixtures("district")


def trace_of(case: Case, **words: str) -> dict[str, list[Any]]:
    """Every row that tells of a case, without keys; `words` are what the two cases differ in, made alike."""
    kind = ContentType.objects.get_for_model(case)

    def alike(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: alike(held) for key, held in value.items() if key not in ("uid", "number", "before")}
        if isinstance(value, str):
            for word, said in words.items():
                value = value.replace(said, word)
        return value

    def rows(found: Any, *fields: str) -> list[Any]:
        return [tuple(alike(value) for value in row) for row in found.values_list(*fields)]

    subjects = [(kind, case.pk)]
    organization = getattr(case, "organization", None)
    assert organization is not None
    subjects.append((ContentType.objects.get_for_model(organization), organization.pk))
    since = case.created_at
    events = Event.objects.none()
    for subject, pk in subjects:
        events |= Event.objects.filter(subject_type=subject, subject_id=pk, at__gte=since, at__lte=case.ended_at)
    of_case = {"case_type": kind, "case_id": case.pk}
    return {
        "events": rows(
            events.order_by("at", "subject_type", "name", "detail__slot"),
            *("at", "actor", "on_behalf_of", "post", "name", "scope", "detail"),
        ),
        "duties": rows(
            Task.objects.filter(**of_case).order_by("opened_at", "kind"),
            *("kind", "process", "state", "role", "owner", "scope", "title", "summary", "url", "opened_at", "days"),
            *("due_on", "half_on", "near_on", "level", "extended_at", "closed_at", "closed_by"),
        ),
        "versions": rows(CaseVersion.objects.filter(**of_case), "number", "content", "sent_at", "sent_by"),
        "notices": rows(
            Notice.objects.filter(event__subject_type=kind, event__subject_id=case.pk).order_by(
                "created_at", "recipient", "title", "deliveries__channel"
            ),
            *("recipient", "kind", "title", "body", "url", "event__name", "created_at"),
            *("deliveries__channel", "deliveries__state"),
        ),
    }


def event_of(case: Case, name: str) -> Event:
    kind = ContentType.objects.get_for_model(case)
    return Event.objects.filter(subject_type=kind, subject_id=case.pk, name=name).select_related("actor").get()


class Engine:
    """Lets the nights between two moments pass."""

    def __init__(self, start: dt.datetime) -> None:
        self.reached = start

    def until(self, moment: dt.datetime) -> None:
        day = timezone.localdate(self.reached) + dt.timedelta(days=1)
        while (night := timezone.make_aware(dt.datetime.combine(day, NIGHT))) <= moment:
            with clock.at(night):
                run_clock()
            day += dt.timedelta(days=1)
        self.reached = moment

    def take(self, case: Case, model: Case, name: str) -> Case:
        """The step that was taken on the model, at its moment, by its actor, in its words."""
        event = event_of(model, name)
        self.until(event.at)
        reason = {"reason": event.detail["reason"]} if event.detail.get("reason") else {}
        step = next(step for step in model.process.steps if step.name == name)
        with clock.at(event.at):
            return perform(step, case, actor=event.actor, **reason)


def late_filings(**those: Any) -> Filing:
    """A filing written in bulk of which a duty was late."""
    late = Task.objects.filter(process="filing", kind=Task.Kind.WATCH, closed_at__isnull=False).values("case_id")
    found = Filing.objects.filter(state=FilingState.FILED, pk__in=late, revision=5, **those).order_by("pk").first()
    assert found is not None
    return found


@pytest.mark.parametrize("own", [True, False], ids=["by the founder", "typed by a worker"])
def test_a_filing_written_in_bulk_is_what_the_engine_writes(own: bool) -> None:
    model = late_filings(owner__isnull=not own)
    assert model.organization is not None
    begun = event_of(model, "core.case_begun")
    saved = event_of(model, "organizations.draft_saved")
    values = {name: getattr(model, name) for name in SAVED}
    values["name"] = f"{model.name}二"

    engine = Engine(begun.at)
    with clock.at(begun.at):
        twin = begin_filing(actor=begun.actor, on_behalf=not own)
    engine.until(saved.at)
    with clock.at(saved.at):
        twin = save_draft(twin, actor=saved.actor, revision=0, **values)
    for paper in attachments_of(model):
        with clock.at(paper.uploaded_at), default_storage.open(paper.stored_as) as file:
            upload = SimpleUploadedFile(paper.name, file.read())
            store(upload, subject=twin, slot=paper.slot, actor=paper.uploaded_by)
    case: Case = twin
    for name in (choices.SUBMIT.name, choices.SUPPORT.name, choices.AGREE.name):
        case = engine.take(case, model, name)
    assert model.ended_at is not None
    engine.until(model.ended_at)
    twin.refresh_from_db()

    assert twin.organization is not None
    assert Task.Kind.WATCH in {row[0] for row in trace_of(twin)["duties"]}
    assert trace_of(twin, name=twin.name, uid=twin.uid) == trace_of(model, name=model.name, uid=model.uid)
    for before, after in ((model, twin), (model.organization, twin.organization)):
        assert plain(after) == plain(before)
    assert [(row.slot, row.sha256, row.media_type, row.size) for row in attachments_of(twin)] == [
        (row.slot, row.sha256, row.media_type, row.size) for row in attachments_of(model)
    ]


def plain(row: Any) -> dict[str, Any]:
    """All fields but keys, names and numbers, and what the night rates by activities and what Party units cover."""
    own = {"id", "uid", "name", "number", "organization_id", "profile", "search_text", "search_codes"}
    own |= {"activity_status", "party_cover"}
    return {field.attname: getattr(row, field.attname) for field in row._meta.fields if field.attname not in own}


def test_a_change_written_in_bulk_is_what_the_engine_writes() -> None:
    model = (
        Amendment.objects.filter(
            state=AmendmentState.DONE,
            kind=AmendmentKind.ADDRESS,
            revision=4,
            organization__owner__isnull=True,
            organization__legal_status=LegalStatus.FILED,
        )
        .order_by("pk")
        .first()
    )
    assert model is not None
    assert model.ended_at is not None
    before = trace_of(model, uid=model.uid)
    begun = event_of(model, "core.case_begun")
    saved = event_of(model, "organizations.draft_saved")
    # The same change of the same organization once more, at the same moments: take the first one's events away.
    organization = model.organization
    seen = set(Event.objects.values_list("pk", flat=True))
    engine = Engine(begun.at)
    with clock.at(begun.at):
        twin = begin_amendment(organization, kind=AmendmentKind.ADDRESS, actor=begun.actor)
    assert twin.pk != model.pk
    engine.until(saved.at)
    with clock.at(saved.at):
        twin = save_amendment(twin, actor=saved.actor, revision=0, cause=model.cause, new_address=model.new_address)
    case: Case = twin
    for name in (
        choices.SUBMIT_AMENDMENT.name,
        choices.SUPPORT_AMENDMENT.name,
        choices.APPROVE_AMENDMENT.name,
    ):
        case = engine.take(case, model, name)
    twin.refresh_from_db()
    after = trace_of(twin, uid=twin.uid)
    of_organization = [row for row in after["events"] if row[4] == "organizations.amended"]
    after["events"].remove(of_organization[0])

    assert after == before
    assert len(of_organization) == 2
    assert Event.objects.exclude(pk__in=seen).filter(name="organizations.amended").count() == 1
    assert (twin.revision, twin.parameters, twin.began_at, twin.ended_at) == (
        model.revision,
        model.parameters,
        model.began_at,
        model.ended_at,
    )


def test_a_story_that_cannot_be_is_refused() -> None:
    filing = late_filings()
    replay = Replay(calendar=None, system=User.system(), post_name=lambda *_: "", holders=lambda *_: [])  # type: ignore[arg-type]

    with pytest.raises(ValueError, match="agree_filing does not leave draft"):
        replay.play(filing, [Taken(clock.now(), choices.AGREE, User.system())], begun=None)


def test_papers_open() -> None:
    paper = Attachment.objects.filter(slot="charter").first()
    assert paper is not None
    with default_storage.open(paper.stored_as) as file:
        assert ContentFile(file.read()).size == paper.size
