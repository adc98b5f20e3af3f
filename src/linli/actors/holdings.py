"""What this domain holds about people: the posts they hold. It also tells the kernel which districts answer."""

from __future__ import annotations

from linli.actors.models import Appointment, Post
from linli.actors.queries import posts_on, served_districts
from linli.areas.models import Area
from linli.core import clock
from linli.core.access.models import User
from linli.core.privacy.choices import Ground
from linli.core.privacy.declare import (
    Holding,
    Item,
    Processing,
    declare_holdings,
    declare_not_personal,
    declare_processing,
)
from linli.core.privacy.holdings import STORED
from linli.core.privacy.places import Place, register_places


def _place(area: Area) -> Place:
    return Place(area.path, area.full_name, (area.code or "")[:9] or area.number_code)


def _districts() -> list[Place]:
    return [_place(area) for area in served_districts()]


def _of(path: str) -> Place | None:
    keys = [part for part in path.split("/") if part]
    area = Area.objects.select_related("parent__parent").filter(pk=int(keys[-1])).first() if keys else None
    return _place(area) if area is not None else None


register_places(_districts, _of)


def _held_posts(user: User) -> list[str]:
    held = posts_on(clock.today()).filter(user=user).count()
    return [f"你还有 {held} 个岗位在任，请先由系统管理员免去。"] if held else []


declare_processing(
    Processing(
        "post",
        "任职",
        "确定工作人员能办什么、能看什么，并能查清当时由谁办",
        Ground.DUTY,
        "个人信息保护法第十三条第一款第二项、第三项",
        "工作人员、联合会秘书、调解员、评审、志愿者等任职的人",
        "由系统管理员任免",
        "岗位和姓名在办理经过里对本单位可见；对居民只显示岗位",
        STORED,
        sure="[V]",
    )
)

declare_holdings(
    Holding(
        "posts",
        "岗位",
        "actors.Post",
        "post",
        lambda subject: Post.objects.filter(user=subject.key).select_related("body", "area"),
        (
            Item("role", "岗位"),
            Item("body", "机构", show=lambda post: str(post.body)),
            Item("area", "管辖区域", show=lambda post: post.area.full_name),
            Item("title", "职务"),
            Item("valid_from", "任职自"),
            Item("valid_to", "任职至"),
        ),
        unit="个",
        blocks_closing=_held_posts,
    ),
    Holding(
        "appointments",
        "岗位任免",
        "actors.Appointment",
        "post",
        lambda subject: Appointment.objects.filter(user=subject.key).select_related("body", "area"),
        (
            Item("kind", "事项"),
            Item("state", "状态"),
            Item("role", "岗位"),
            Item("body", "机构", show=lambda row: str(row.body)),
            Item("area", "管辖区域", show=lambda row: row.area.full_name),
            Item("duty_title", "职务"),
            Item("since", "自"),
            Item("until", "至"),
            Item("cause", "任免依据"),
        ),
        title=lambda row: f"{row.get_kind_display()} {row.get_role_display()}",
        unit="件",
    ),
)
declare_not_personal(actors_Body_phone="单位的办公电话", actors_Body_address="单位的地址")
