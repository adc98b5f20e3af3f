"""What is read of registrations."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from linli.areas.choices import Level
from linli.areas.models import Area
from linli.areas.queries import ancestors
from linli.core.access.grants import Person, covered
from linli.core.workflow import visible
from linli.organizations.choices.incubation import IncubationState
from linli.organizations.choices.registration import REGISTRATION, RegistrationState
from linli.organizations.models import Incubation, Organization, Registration
from linli.organizations.queries.register import HIDDEN, OUTLINES, READERS, own, reach_of


@visible(REGISTRATION, reach=reach_of)
def registrations_visible_to(user: Person) -> QuerySet[Registration]:
    """List twin of the rule organizations.view_registration: a draft is its applicant's alone."""
    posted = covered(user, READERS) & ~Q(state=RegistrationState.DRAFT)
    return (
        Registration.objects.filter(own(user) | posted)
        .select_related("organization__area__parent", "owner")
        .defer(*(f"organization__{name}" for name in (*HIDDEN, *OUTLINES)))
    )


def divisions(area: Area | None) -> list[str]:
    """How a registered name may begin here: 金平区, 汕头市金平区, and with a street or community after it."""
    if area is None:
        return []
    above = [step for step in ancestors(area) if step.level in (Level.PROVINCE, Level.CITY, Level.DISTRICT)]
    names = [step.name for step in above]
    return ["".join(names[n:]) for n in range(len(names))]


def foundations_go_to(area: Area | None) -> str:
    """Why no district registers a foundation, and which office does: 基金会管理条例, rulebook §2.1 [V].

    The department of the province is named where the tree of areas knows the province.
    """
    above = ancestors(area) if area is not None else []
    province = next((step.name for step in above if step.level == Level.PROVINCE), "")
    office = f"{province}{'民政局' if province.endswith('市') else '民政厅'}" if province else "省级民政部门"
    return (
        f"基金会不在区里登记，由{office}登记（在全国募捐的由民政部登记）：原始基金不低于 200 万元，"
        f"公开募捐的不低于 400 万元。请向{office}申请；登记以后由区里导入名册，登记机关层级选“省级”。"
    )


def code_taken(uscc: str, *, but: Organization) -> Organization | None:
    """The organization that bears a unified social credit code already."""
    return Organization.objects.filter(uscc=uscc).exclude(pk=but.pk).first()


def grown(organization: Organization) -> Incubation | None:
    """The stay in an incubator that ended with everything that registration asks for."""
    return (
        Incubation.objects.filter(organization=organization, state=IncubationState.GRADUATED)
        .order_by("-ended_at")
        .first()
    )
