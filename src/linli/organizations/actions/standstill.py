"""An organization that liquidates, or was struck off, does nothing else: what it had planned is cancelled."""

from __future__ import annotations

from linli.actors.choices import Role
from linli.core.access.holders import holders_of
from linli.core.access.models import User
from linli.core.notices import notify
from linli.core.workflow.engine import perform
from linli.organizations.choices.activities import ACTIVITY, CANCEL_ACTIVITY, ActivityState
from linli.organizations.models import Activity, Organization

TOLD = (Role.COMMUNITY_WORKER, Role.COMMUNITY_HEAD, Role.FEDERATION_SECRETARY)


def stand_still(organization: Organization, *, reason: str) -> list[str]:
    """Cancel what has not taken place, with the reason; the outward names of the activities.

    The organizer is told by the step itself, the community and the federation of what had left the draft.
    """
    system = User.system()
    rows = Activity.objects.filter(organization=organization, state__in=CANCEL_ACTIVITY.sources).order_by("pk")
    people = {person.pk: person for role in TOLD for person in holders_of(role, organization.scope)}
    for activity in (held := list(rows)):
        was_draft = activity.state == ActivityState.DRAFT
        perform(CANCEL_ACTIVITY, activity, actor=system, reason=reason)
        for person in () if was_draft else people.values():
            if person.pk != activity.owner_id:
                notify(
                    person,
                    kind=f"case.{ACTIVITY.slug}",
                    title=f"{activity.title}：活动取消了",
                    body=reason,
                    url=activity.get_absolute_url(),
                )
    return [activity.uid for activity in held]
