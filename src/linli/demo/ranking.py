"""The ranking of the demo district, last year's commendation and the one that is being decided."""

from __future__ import annotations

from linli.actors.choices import Role
from linli.core import clock
from linli.demo.world import World, moment
from linli.organizations.actions import commendation as actions
from linli.organizations.actions.ranking import rank_all
from linli.organizations.models import Commended, Standing


def load_ranking(world: World) -> tuple[int, int]:
    """A ruler and all standings, a published list and one that waits; returns how many are ranked and commended."""
    rank_all()
    district = world.places.district
    officer = world.staff.holder(Role.DISTRICT_OFFICER, district)
    head = world.staff.holder(Role.DISTRICT_HEAD, district)
    with clock.at(moment(world.back(40), "15:10")):
        last = actions.begin_commendation(district, year=clock.today().year - 1, actor=officer)
        struck = last.rows.order_by("kind", "-place").first()
        assert struck is not None
        last = actions.strike_commended(
            last,
            actor=officer,
            organization=struck.organization.name,
            reason="负责人正在更换，今年先不提，明年再看。",
        )
        last = actions.propose_commendation(last, actor=officer, reason="按四维排位每类前三家提出。")
    with clock.at(moment(world.back(33), "10:20")):
        actions.publish_commendation(last, actor=head, reason="同意，在政务网和社区公告栏公布。")
    with clock.at(moment(world.back(2), "16:40")):
        this = actions.begin_commendation(district, year=clock.today().year, actor=officer)
        actions.propose_commendation(this, actor=officer)
    rank_all()
    praised = Commended.objects.filter(struck="", commendation__state="published").count()
    return Standing.objects.filter(ranked=True).count(), praised
