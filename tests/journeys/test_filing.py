"""From a phone to a certificate: a founder files, the community and the street decide, everybody can look it up."""

from __future__ import annotations

import datetime as dt
import io
import re
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from PIL import Image
from playwright.sync_api import Locator, Page, expect
from tests.journeys.conftest import DESK, PHONE, Visit, fits_a_thumb
from tests.personas import PDF, World

from linli.areas.choices import Datum
from linli.core.files.models import Attachment
from linli.core.workflow.duties import run_clock
from linli.core.workflow.models import Task
from linli.organizations.models import Filing, Organization

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NEXT = re.compile("保存.下一步")
PASSWORD = "Fengting-2026-hua"


def photo() -> bytes:
    """A photo as a phone takes it: with where it was taken."""
    exif = Image.Exif()
    exif[0x010F] = "Linli Phone"
    exif.get_ifd(0x8825).update({1: "N", 2: (23.0, 22.0, 12.0), 3: "E", 4: (116.0, 42.0, 6.0)})
    out = io.BytesIO()
    Image.new("RGB", (1200, 900), "#8aa").save(out, "JPEG", exif=exif)
    return out.getvalue()


def tap(what: Locator) -> None:
    """Tap what leads to another page and wait for it."""
    with what.page.expect_navigation():
        what.tap()
    fits_a_thumb(what.page)


def onward(page: Page) -> None:
    """On to the next page of the form."""
    tap(page.get_by_role("button", name=NEXT))


def test_a_founder_files_from_a_phone(visit: Visit, world: World, filed: Organization) -> None:
    page = visit("visitor", "/", **PHONE)
    tap(page.get_by_role("link", name="申请备案"))
    expect(page.get_by_text("活动场所使用同意书")).to_be_visible()
    tap(page.get_by_role("link", name="注册").first)
    page.get_by_label("姓名", exact=True).fill("阿不都热合曼·阿卜杜拉")
    page.get_by_label("手机号", exact=True).fill("13800002046")
    page.get_by_label("账号", exact=True).fill("fengting")
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_label("再输一次密码").fill(PASSWORD)
    page.get_by_label("我同意").check()
    tap(page.get_by_role("button", name="注册"))
    tap(page.get_by_role("button", name="开始填写"))

    # What it is.
    page.get_by_label("组织名称").fill("凤亭下国画社")
    page.get_by_label("文体", exact=True).check()
    page.get_by_label("宗旨和活动内容").fill("每周六上午教老人和孩子画国画。\n不收费。")
    onward(page)

    # Where it meets; neighbours of a like name show as the community is chosen.
    page.get_by_label("所在社区").select_option(str(world.neighbour_community.pk))
    expect(page.get_by_role("link", name="凤亭下书画社")).to_be_visible()
    page.get_by_label("活动场所").fill("聚龙社区文化活动中心 203 室")
    onward(page)

    # Who answers for it: a slip of one digit is said where it was made, as soon as the field is left.
    page.get_by_label("负责人姓名").fill("阿不都热合曼·阿卜杜拉")
    number = page.get_by_label("负责人身份证号")
    number.fill("110105194912310021")
    page.get_by_label("负责人手机号").fill("13800002046")
    expect(page.locator(".field", has=number).locator(".errors")).to_contain_text("第 18 位")
    tap(page.get_by_role("button", name=NEXT))
    expect(page.get_by_role("alert")).to_contain_text("第 18 位")
    fits_a_thumb(page)
    number.fill("11010519491231002X")
    page.get_by_label("负责人手机号").focus()
    expect(page.locator(".field", has=number)).to_contain_text("已保存")
    onward(page)

    # In the middle the bus comes: what was typed is kept, and the home page leads back to it.
    page.get_by_label("发起人名单").fill("陈秀梅\n林伟\n黄敏\n吴强")
    tap(page.get_by_role("button", name="先存着"))
    page.goto("/")
    tap(page.get_by_role("link", name="凤亭下国画社"))
    tap(page.get_by_role("link", name="接着填"))
    expect(page.get_by_label("组织名称")).to_have_value("凤亭下国画社")
    onward(page)
    onward(page)
    expect(page.get_by_label("负责人身份证号")).to_have_value("11010519491231002X")
    onward(page)
    expect(page.get_by_label("发起人名单")).to_have_value("陈秀梅\n林伟\n黄敏\n吴强")
    page.get_by_label("成员人数").fill("11")
    onward(page)

    # One paper is still lacking, and the consent, and a founder.
    page.locator("#id_charter").set_input_files({"name": "章程.jpg", "mimeType": "image/jpeg", "buffer": photo()})
    tap(page.get_by_role("button", name="上传并下一步"))
    page.goto(re.sub("consent/$", "check/", page.url))
    fits_a_thumb(page)
    for lacking in ("活动场所使用同意书", "个人信息处理说明", "发起人至少 5 人"):
        expect(page.locator(".note", has_text="还差")).to_contain_text(lacking)
    expect(page.get_by_role("button", name="提交申请")).to_be_disabled()

    page.goto(re.sub("check/$", "people/", page.url))
    page.get_by_label("发起人名单").fill("陈秀梅\n林伟\n黄敏\n吴强\n郑丽")
    onward(page)
    expect(page.get_by_role("link", name="章程.jpg")).to_be_visible()
    page.locator("#id_venue").set_input_files({"name": "同意书.pdf", "mimeType": "application/pdf", "buffer": PDF})
    tap(page.get_by_role("button", name="上传并下一步"))
    page.get_by_label("我已阅读并同意").check()
    onward(page)
    fits_a_thumb(page)
    page.get_by_role("button", name="提交申请").dblclick()

    expect(page.locator("#messages")).to_contain_text("申请已提交")
    expect(page.locator(".stages [aria-current=step]")).to_contain_text("社区意见")
    expect(page.locator(".timeline")).to_contain_text("提交申请")
    fits_a_thumb(page)
    page.goto("/mine/")
    expect(page.get_by_text("社区出意见")).to_be_visible()
    fits_a_thumb(page)
    filing = Filing.objects.exclude(organization=filed).get()
    assert (filing.state, filing.revision > 0, len(filing.founder_names)) == ("opinion", True, 5)
    kept = Attachment.objects.get(slot="charter", subject_id=filing.pk)
    picture = Image.open(default_storage.open(kept.stored_as))
    assert (picture.size, dict(picture.getexif())) == ((1200, 900), {})


def row(page: Page, title: str) -> None:
    """Open a row of the desk where it stands."""
    page.locator("[data-row]", has_text=title).get_by_role("link", name="办理").click()


def take(page: Page, step: str, reason: str = "") -> None:
    """Choose a step of the open row and confirm it."""
    page.locator("summary").filter(has_text=re.compile(f"^{step}")).click()
    sheet = page.locator("details[open] form")
    if reason:
        sheet.locator("textarea").fill(reason)
    sheet.get_by_role("button", name="确认").click()


def test_the_desk_decides_in_place_and_the_certificate_opens_the_public_page(
    visit: Visit, world: World, submitted: Filing
) -> None:
    Filing.objects.update(lng=116.71, lat=23.37, datum=Datum.WGS84, point_source="申请人定位")

    worker = visit("community_worker", "/desk/", **DESK)
    row(worker, "凤亭下书画社")
    expect(worker.locator(".case-panel")).to_contain_text("陈*梅")
    take(worker, "同意", "场地可错时使用。")
    expect(worker.locator(".case-panel.done")).to_contain_text("街道审核")
    assert worker.url.endswith("/desk/")

    officer = visit("street_officer", "/desk/", **DESK)
    row(officer, "凤亭下书画社")
    expect(officer.locator(".case-panel")).to_contain_text("场地可错时使用")
    take(officer, "退回补正", "  ")
    expect(officer.locator(".case-panel .errors, .case-panel .error-summary").first).to_contain_text("请写明")
    sheet = officer.locator("details[open] form")
    sheet.locator("textarea").fill("宗旨请写明每周几次。")
    sheet.get_by_role("button", name="确认").click()
    expect(officer.locator(".case-panel.done")).to_contain_text("退回补正")

    founder = visit("founder", "/mine/", **PHONE)
    tap(founder.get_by_role("link", name="凤亭下书画社"))
    expect(founder.locator("#main .note", has_text="退回补正")).to_contain_text("宗旨请写明每周几次")
    fits_a_thumb(founder)
    tap(founder.get_by_role("link", name="去补正"))
    founder.get_by_label("宗旨和活动内容").fill("每周两次教老人写春联")
    tap(founder.get_by_role("button", name=NEXT))
    founder.wait_for_url("**/place/")
    founder.goto(re.sub("place/$", "check/", founder.url))
    expect(founder.get_by_role("row", name="宗旨和活动内容")).to_contain_text("每周两次教老人写春联")
    fits_a_thumb(founder)
    tap(founder.get_by_role("button", name="再次提交"))
    expect(founder.locator(".stages [aria-current=step]")).to_contain_text("街道审核")

    officer.goto("/desk/")
    row(officer, "凤亭下书画社")
    expect(officer.get_by_role("row", name="宗旨和活动内容")).to_contain_text("每周两次教老人写春联")
    take(officer, "同意备案")
    expect(officer.locator(".case-panel.done")).to_contain_text("公示")

    Task.objects.filter(role="system", closed_at__isnull=True).update(due_on=dt.date(2020, 1, 1))
    assert run_clock()["expired"] == 1

    founder.goto("/mine/")
    tap(founder.get_by_role("link", name="凤亭下书画社").first)
    tap(founder.get_by_role("link", name="打印备案证"))
    organization = Organization.objects.get()
    assert organization.number is not None
    expect(founder.locator(".sheet-a4")).to_contain_text(organization.number)
    expect(founder.locator(".qr")).to_be_visible()
    printed = founder.locator(".colophon p").inner_text().splitlines()[-1]
    assert printed.endswith(organization.public_url)
    founder.emulate_media(media="print")
    expect(founder.get_by_role("button", name="打印")).to_be_hidden()

    visitor = visit("visitor", printed, **PHONE)
    expect(visitor.get_by_role("heading", level=1)).to_have_text("凤亭下书画社")
    expect(visitor.locator("#main")).not_to_contain_text("陈秀梅")
    fits_a_thumb(visitor)
    visitor.goto("/orgs/")
    expect(visitor.get_by_role("link", name="凤亭下书画社")).to_be_visible()
    fits_a_thumb(visitor)
    with visitor.expect_response(re.compile("points/public.json")) as points:
        visitor.get_by_role("link", name="地图", exact=True).tap()
    assert [point["properties"]["name"] for point in points.value.json()["features"]] == ["凤亭下书画社"]
    dot = visitor.locator(".map path.leaflet-interactive")
    expect(dot).to_have_count(1)
    dot.click(force=True)
    expect(visitor.locator(".leaflet-popup")).to_contain_text("凤亭下书画社")
    expect(visitor.locator(".leaflet-pan-anim")).to_have_count(0)  # the map has come to rest under the popup
    visitor.locator(".leaflet-popup").get_by_role("link", name="打开").click()
    visitor.wait_for_url(f"**{organization.public_url}")


def test_everything_can_be_filed_and_decided_without_scripts(visit: Visit, world: World, tmp_path: Path) -> None:
    founder = visit("founder", "/", java_script_enabled=False, **PHONE)
    founder.get_by_role("button", name="申请备案").click()
    founder.get_by_label("组织名称").fill("聚龙潮剧社")
    founder.get_by_label("文体", exact=True).check()
    founder.get_by_label("宗旨和活动内容").fill("每周排练一次潮剧")
    founder.get_by_role("button", name=NEXT).click()
    founder.get_by_label("所在社区").select_option(str(world.community.pk))
    founder.get_by_label("活动场所").fill("金苑路 8 号二楼")
    founder.get_by_role("button", name=NEXT).click()
    founder.get_by_label("负责人姓名").fill("陈秀梅")
    founder.get_by_label("负责人身份证号").fill("11010519491231002x")
    founder.get_by_label("负责人手机号").fill("13800002046")
    founder.get_by_role("button", name=NEXT).click()
    founder.get_by_label("发起人名单").fill("陈秀梅\n林伟\n黄敏\n吴强\n郑丽")
    founder.get_by_label("成员人数").fill("9")
    founder.get_by_role("button", name=NEXT).click()
    for slot in ("charter", "venue"):
        paper = tmp_path / f"{slot}.pdf"
        paper.write_bytes(PDF + slot.encode())
        founder.locator(f"#id_{slot}").set_input_files(paper)
    founder.get_by_role("button", name="上传并下一步").click()
    founder.get_by_label("我已阅读并同意").check()
    founder.get_by_role("button", name=NEXT).click()
    founder.get_by_role("button", name="提交申请").dblclick()
    expect(founder.locator(".stages [aria-current=step]")).to_contain_text("社区意见")
    assert Filing.objects.count() == 1

    worker = visit("community_worker", "/desk/", java_script_enabled=False, **DESK)
    row(worker, "聚龙潮剧社")
    take(worker, "不同意", "场地周末已有人用。")
    expect(worker.locator("#messages")).to_contain_text("街道审核")

    officer = visit("street_officer", "/desk/", java_script_enabled=False, **DESK)
    row(officer, "聚龙潮剧社")
    take(officer, "不予备案", "  ")
    expect(officer.get_by_role("alert")).to_contain_text("请写明")
    take_open = officer.locator("details[open] form")
    take_open.locator("textarea").fill("场地无法落实。")
    take_open.get_by_role("button", name="确认").click()
    expect(officer.locator("#messages")).to_contain_text("不予备案")
    assert Filing.objects.get().state == "refused"
