"""What follows from posts: what a person can see and do, and who may take a step at a place."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from ninja import Query
from pydantic import BaseModel, Field

from linli.actors.api.bodies import area_named, reader_of
from linli.actors.choices import ADMINISTRATORS, Role
from linli.actors.models import Post
from linli.actors.queries import accounts_visible_to, posts_on
from linli.actors.queries.rights import administration_of, loops_of, registers_of, who_may
from linli.core import clock
from linli.core.access.grants import grants_of
from linli.core.api.rooms import Room
from linli.core.api.schemas import Answer, Word, one_of, word
from linli.core.workflow.declare import STEPS

room = Room("rights", "权限", "一个人能看什么、办什么；一步在一个地方由谁办。", prefix="/rights")


class Loop(Answer):
    """What a post may do in one process."""

    process: Word = Field(examples=[{"code": "filing", "label": "备案申请"}])
    sees: bool = Field(examples=[True])
    steps: list[str] = Field(examples=[["同意备案"]])
    owes: list[str] = Field(examples=[["街道审核"]], description="欠着下一步的状态")


class PostRights(Answer):
    """What follows from one post."""

    role: Word = Field(examples=[{"code": "street_officer", "label": "街道经办"}])
    body: str = Field(examples=["东方街道办事处"])
    area: str = Field(examples=["东方街道"])
    processes: list[Loop]
    registers: list[str] = Field(examples=[["社会组织名册"]])
    administration: list[str] = Field(examples=[[]])


class MayStep(Answer):
    """Somebody who may take a step."""

    name: str = Field(examples=["李华"])
    role: Word = Field(examples=[{"code": "street_officer", "label": "街道经办"}])
    body: str = Field(examples=["东方街道办事处"])
    area: str = Field(examples=["东方街道"])
    nearest: bool = Field(examples=[True])
    owes: bool = Field(examples=[True], description="这一步归这个岗位办")


class StepAsked(BaseModel):
    """Which step, where."""

    step: one_of(STEPS) = Field(description="步骤")  # type: ignore[valid-type]
    area: str = Field(min_length=1, max_length=30, description="区划代码", examples=["440511004"])


def of_person(request: HttpRequest, uid: str) -> object:
    """What follows from the posts a person holds today."""
    person = accounts_visible_to(reader_of(request)).filter(uid=uid).first()
    if person is None:
        raise Http404
    held = posts_on(clock.today()).filter(user=person).select_related("body", "area__parent")
    return [_rights(post) for post in held]


def of_step(request: HttpRequest, asked: Query[StepAsked]) -> object:
    """Who may take a step on a case of a place under the reader's posts, the nearest first."""
    reader = reader_of(request)
    area = area_named(asked.area)
    if not any(area.path.startswith(grant.scope) for grant in grants_of(reader) if grant.role in KEEPERS):
        raise Http404
    return [
        {
            "name": str(one.post.user),
            "role": word(one.post.role, one.post.get_role_display()),
            "body": str(one.post.body),
            "area": one.post.area.full_name,
            "nearest": one.nearest,
            "owes": one.owes,
        }
        for one in who_may(asked.step, area)
    ]


KEEPERS = (Role.SYSADMIN, Role.SECADMIN)


def _rights(post: Post) -> dict[str, Any]:
    told = post.role in (*ADMINISTRATORS, Role.DISTRICT_HEAD)
    return {
        "role": word(post.role, post.get_role_display()),
        "body": str(post.body),
        "area": post.area.full_name,
        "processes": [
            {
                "process": word(loop.process.slug, loop.process.label),
                "sees": loop.sees,
                "steps": list(dict.fromkeys(str(step.label) for _state, steps in loop.steps for step in steps)),
                "owes": [str(one) for one in loop.owes],
            }
            for loop in loops_of(post.role)
        ],
        "registers": list(registers_of(post.role)),
        "administration": administration_of(post.role, post.area) if told else [],
    }


room.reads("/people/{uid}", "权限：一个人的", list[PostRights], name="rights_person")(of_person)
room.reads("/steps", "权限：一步由谁办", list[MayStep], name="rights_step")(of_step)
