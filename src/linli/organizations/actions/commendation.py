"""Lists of commendation: drawn from the ranking, thinned with reasons, decided by another person, frozen."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q

from linli.areas.choices import Level
from linli.areas.models import Area
from linli.core import clock
from linli.core.access.models import User
from linli.core.errors import BadInput, NotAllowed, WrongState
from linli.core.parameters import value_of
from linli.core.privacy.places import Place
from linli.core.workflow.drafts import open_draft
from linli.core.workflow.engine import keep_version, performs
from linli.core.workflow.numbers import next_number
from linli.organizations.choices import commendation as choices
from linli.organizations.models import Commendation, Commended
from linli.organizations.queries.commendation import candidates
from linli.organizations.queries.ranking import place_in, standings_in

BEGIN = "organizations.begin_commendation"
LEVELS = (Level.DISTRICT, Level.STREET)


@transaction.atomic
def begin_commendation(area: Area, *, year: int, actor: User) -> Commendation:
    """Draw the list of a year from today's ranking. Raises BadInput for a wrong year or area, WrongState where there
    is a list already or nobody is ranked."""
    wanted = Commendation(area=area, year=year, owner=actor, drawn_on=clock.today(), scope=area.path)
    if not actor.has_perm(BEGIN, wanted):
        raise NotAllowed(BEGIN, "表彰名单由区民政局经办在自己的范围里拟。")
    if area.level not in LEVELS:
        text = "表彰名单按区或者街道拟。"
        raise BadInput(BEGIN, text, fields={"area": text})
    if not clock.today().year - 1 <= year <= clock.today().year:
        text = "表彰名单只能拟今年或者去年的。"
        raise BadInput(BEGIN, text, fields={"year": text})
    first = candidates(area, int(value_of("ranking.commended", area.path)))
    if not first:
        raise WrongState(BEGIN, f"{area.name}还没有参加排位的组织。")
    draft = open_draft(wanted, actor=actor, code=BEGIN)
    for row in first:
        Commended.objects.create(
            commendation=draft,
            organization_id=row.pk,
            kind=row.kind,
            place=place_in(standings_in(area, row.kind), row.total),
            **{name: getattr(row, name) for name in ("total", "active", "orderly", "coverage", "influence")},
        )
    return draft


@performs(choices.STRIKE)
def strike_commended(commendation: Commendation, *, actor: User, organization: str, reason: str) -> None:
    """Take one from the list, by its name or number, with the reason; nobody is put on it."""
    named = Q(organization__name=organization.strip()) | Q(organization__number=organization.strip().upper())
    row = commendation.rows.select_for_update(of=("self",)).filter(named, struck="").first()
    if row is None:
        text = "名单里没有这一家，或者已经划去。"
        raise BadInput(choices.STRIKE.name, text, fields={"organization": text})
    row.struck = reason.strip()[:300]
    row.save()


def _someone(commendation: Commendation, step: str) -> None:
    if not commendation.rows.filter(struck="").exists():
        raise BadInput(step, "名单里一家也没有了：请撤回，或者决定不表彰。")


@performs(choices.PROPOSE)
def propose_commendation(commendation: Commendation, *, actor: User, reason: str = "") -> None:
    """Lay it before whoever decides."""
    _someone(commendation, choices.PROPOSE.name)
    commendation.proposed_by = actor
    area = commendation.area
    lies = Place(area.path, area.name, (area.code or "")[:9] or area.number_code)
    commendation.number = commendation.number or next_number("BZ", lies, clock.today().year)
    keep_version(commendation, actor)


@performs(choices.RETURN)
def return_commendation(commendation: Commendation, *, actor: User, reason: str) -> None:
    """Back to be thinned once more."""


@performs(choices.PUBLISH)
def publish_commendation(commendation: Commendation, *, actor: User, reason: str = "") -> None:
    """Decided: from here on neither the list nor its figures change."""
    _someone(commendation, choices.PUBLISH.name)
    commendation.decided_by, commendation.published_on = actor, clock.today()


@performs(choices.REFUSE)
def refuse_commendation(commendation: Commendation, *, actor: User, reason: str) -> None:
    """Nobody is commended that year."""
    commendation.decided_by = actor


@performs(choices.WITHDRAW)
def withdraw_commendation(commendation: Commendation, *, actor: User, reason: str = "") -> None:
    """The writer takes it back."""
