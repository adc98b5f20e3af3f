"""What a person can see and do, explained; and who may take a step here."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from linli.actors.choices import ADMINISTRATORS, Role
from linli.actors.queries import accounts_visible_to, place_choices, posts_on
from linli.actors.queries.rights import administration_of, loops_of, registers_of, who_may
from linli.actors.web.bodies import reader_of
from linli.actors.web.forms import somebody
from linli.areas.models import Area
from linli.core import clock
from linli.core.errors import BadInput
from linli.core.workflow.declare import REGISTRY, STEPS
from linli.core.workflow.web import asked

KEEPERS = (Role.SYSADMIN, Role.SECADMIN)


@login_required
@require_safe
def rights_page(request: HttpRequest) -> HttpResponse:
    """Two questions: of a person, what follows from the posts; of a step and a place, who may take it."""
    reader = reader_of(request)
    who, step, place = asked(request, "who"), asked(request, "step"), asked(request, "area")
    places = place_choices(reader, *KEEPERS)
    person, posts, wrong = None, [], ""
    if who:
        try:
            person = somebody(who, accounts_visible_to(reader))
        except BadInput as refusal:
            wrong = refusal.message
        else:
            posts = [
                (
                    post,
                    loops_of(post.role),
                    registers_of(post.role),
                    administration_of(post.role, post.area)
                    if post.role in (*ADMINISTRATORS, Role.DISTRICT_HEAD)
                    else [],
                )
                for post in posts_on(clock.today()).filter(user=person).select_related("body", "area__parent")
            ]
    known = {str(pk) for _name, options in places for pk, _label in options}
    area = Area.objects.filter(pk=place).first() if place in known else None
    holders = who_may(step, area) if step in STEPS and area is not None else None
    return render(
        request,
        "actors/rights.html",
        {
            "who": who,
            "person": person,
            "posts": posts,
            "wrong": wrong,
            "step": step,
            "step_label": str(STEPS[step][0].label) if step in STEPS else "",
            "steps": [(process, process.steps) for process in REGISTRY.values()],
            "place": int(place) if area else 0,
            "places": places,
            "area": area,
            "holders": holders,
        },
    )
