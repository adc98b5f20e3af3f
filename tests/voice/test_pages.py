"""Pages of voice, lived through over HTTP: a resident with a phone, a worker with a telephone, officers."""

from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from tests.personas import PDF, World
from tests.voice.voices import SAID, body_of, said

from linli.core.files.models import Attachment
from linli.core.workflow.wizard import WIZARDS
from linli.voice.actions import drafts, matters
from linli.voice.models import Contact, Follow, Handling, Matter, Report

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def photo(color: str = "red") -> SimpleUploadedFile:
    """A picture that says where it was taken and by what."""
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x010F] = "PhoneOfResident"
    exif.get_ifd(0x8825)[1] = "N"
    Image.new("RGB", (60, 40), color).save(out, "JPEG", exif=exif)
    return SimpleUploadedFile("我叫陈大明.jpg", out.getvalue(), "image/jpeg")


@pytest.fixture
def as_(client: Client, world: World):
    """The browser of a persona."""

    def sign_in(name: str) -> Client:
        client.force_login(world[name], backend=BACKEND)
        return client

    return sign_in


def test_a_resident_says_it_page_by_page(as_, world: World, light: Matter) -> None:
    client, wizard = as_("resident"), WIZARDS["report"]
    begun = client.post("/voice/begin/")
    report = Report.objects.get()
    assert begun["Location"] == wizard.url(report, "what")
    assert client.get(begun["Location"]).status_code == 200
    answer = client.post(wizard.url(report, "what"), {"words": SAID, "matter": light.pk})
    assert answer["Location"] == wizard.url(report, "where")
    assert client.get(answer["Location"]).status_code == 200
    answer = client.post(wizard.url(report, "where"), {"area": world.community.pk, "place": "3 号楼"})
    assert answer["Location"] == wizard.url(report, "photos")
    assert client.post(wizard.url(report, "photos"), {"photo": [photo()]}).status_code == 302
    told = {"open_to_all": "on", "contact_name": "陈女士", "contact_phone": "13800002046"}
    assert client.post(wizard.url(report, "open"), told)["Location"] == wizard.url(report, "check")
    page = client.get(wizard.url(report, "check")).content.decode()
    assert ("138****2046" in page, "13800002046" in page) == (True, False)
    assert client.post(wizard.url(report, "check")).status_code == 302
    report.refresh_from_db()
    assert (report.state, report.channel, Contact.objects.get().phone) == ("submitted", "online", "13800002046")
    assert report.number in client.get("/voice/mine/").content.decode()


def test_a_building_is_asked_where_there_are_some(world: World, light: Matter) -> None:
    from tests.personas import AreaFactory

    house = AreaFactory(name="3 号楼", level="building", parent=world.community)
    resident = world["resident"]
    report = drafts.begin_report(actor=resident, area=house)
    assert (report.channel, report.community, report.spot) == ("code", world.community, house)
    assert [page.slug for page in WIZARDS["report"].pages(report)] == ["what", "where", "spot", "photos", "open"]
    report = drafts.save_report(report, actor=resident, revision=None, spot=None)
    assert report.area == world.community
    report = drafts.save_report(report, actor=resident, revision=None, spot=house, words=SAID, matter=light)
    report = drafts.submit_report(report, actor=resident)
    assert (report.scope, report.where, report.number[:3]) == (house.path, "3 号楼", "MS-")


def test_a_code_on_a_building_leads_to_its_place(as_, world: World, light: Matter) -> None:
    client = as_("resident")
    assert "金苑社区" in client.get("/voice/?at=440511004001").content.decode()
    assert client.get("/voice/?at=nonsense").status_code == 200
    client.post("/voice/begin/", {"at": "440511004001"})
    assert Report.objects.get().area == world.community


def test_photos_lose_place_and_name_and_nothing_else_is_taken(as_, world: World, light: Matter) -> None:
    client, wizard = as_("resident"), WIZARDS["report"]
    client.post("/voice/begin/")
    report = Report.objects.get()
    paper = SimpleUploadedFile("我写的.pdf", PDF, "application/pdf")
    page = client.post(wizard.url(report, "photos"), {"photo": [photo(), paper]})
    assert (page.status_code, "这里只放照片" in page.content.decode()) == (422, True)
    held = Attachment.objects.get()
    kept = b"".join(client.get(held.get_absolute_url()).streaming_content)
    assert (held.name, b"PhoneOfResident" in kept, dict(Image.open(io.BytesIO(kept)).getexif())) == (
        "照片.jpg", False, {},
    )  # fmt: skip


def test_a_script_is_no_photo(as_, world: World, light: Matter) -> None:
    client, wizard = as_("resident"), WIZARDS["report"]
    client.post("/voice/begin/")
    script = SimpleUploadedFile("a.jpg", b"<svg onload=alert(1)>", "image/jpeg")
    assert client.post(wizard.url(Report.objects.get(), "photos"), {"photo": [script]}).status_code == 422
    assert Attachment.objects.count() == 0


def test_what_neighbours_said_is_shown_and_joined_instead(as_, world: World, light: Matter, working: Report) -> None:
    client, wizard = as_("founder"), WIZARDS["report"]
    client.post("/voice/begin/")
    draft = Report.objects.exclude(pk=working.pk).get()
    values = {"words": "楼道灯一直不亮", "matter": light, "area": world.community}
    drafts.save_report(draft, actor=world["founder"], revision=None, **values)
    page = client.get(wizard.url(draft, "check")).content.decode()
    assert [word in page for word in ("我也遇到", "三号楼道的灯坏了")] == [True, True]
    client.post(f"/voice/r/{working.uid}/join/", {"draft": draft.uid})
    draft.refresh_from_db()
    assert (draft.state, Follow.objects.get().user, Follow.objects.get().report) == (
        "withdrawn", world["founder"], working,
    )  # fmt: skip
    assert "我也遇到的" in client.get("/voice/mine/").content.decode()
    client.post(f"/voice/r/{working.uid}/join/", {"leave": "1"})
    assert Follow.objects.count() == 0


def test_own_and_hidden_ones_are_not_joined(as_, world: World, light: Matter, sent: Report) -> None:
    assert as_("resident").post(f"/voice/r/{sent.uid}/join/").status_code == 403
    hidden = said(world, light, by="founder", open_to_all=False)
    assert as_("stranger").post(f"/voice/r/{hidden.uid}/join/").status_code == 404


def test_a_worker_enters_a_call(as_, world: World, light: Matter) -> None:
    client, wizard = as_("community_worker"), WIZARDS["report"]
    assert client.get("/voice/enter/").status_code == 200
    client.post("/voice/begin/", {"behalf": "1"})
    report = Report.objects.get()
    client.post(wizard.url(report, "what"), {"words": SAID, "matter": light.pk})
    client.post(wizard.url(report, "where"), {"area": world.community.pk})
    told = {"channel": "visit", "contact_phone": "0754-88880000", "contact_name": "陈先生", "open_to_all": "on"}
    assert client.post(wizard.url(report, "open"), told).status_code == 302
    assert client.post(wizard.url(report, "check")).status_code == 302
    page = client.get(report.get_absolute_url()).content.decode()
    assert ("陈先生" in page, "88880000" in page) == (False, False)
    assert as_("resident").get("/voice/enter/").status_code == 404


def test_officers_take_it_up_and_send_it_out_by_the_list(as_, world: World, sent: Report, light: Matter) -> None:
    client, path = as_("street_officer"), sent.get_absolute_url()
    taken = {"accept_report-matter": light.pk, "accept_report-urgency": "urgent", "accept_report-open_to_all": "on"}
    assert client.post(f"{path}accept_report/", taken).status_code == 302
    page = client.get(f"{path}?step=dispatch_report").content.decode()
    community = body_of(world, "community")
    assert f'<option value="{community.pk}" selected>' in page
    far = body_of(world, "far_community")
    assert client.post(f"{path}dispatch_report/", {"dispatch_report-handler": far.pk}).status_code == 422
    assert client.post(f"{path}dispatch_report/", {"dispatch_report-handler": community.pk}).status_code == 302
    sent.refresh_from_db()
    assert (sent.state, sent.urgency, sent.handler) == ("dispatched", "urgent", community)


def test_public_words_hold_no_numbers(as_, world: World, working: Report) -> None:
    client, path = as_("community_worker"), working.get_absolute_url()
    page = client.post(f"{path}reply_report/", {"reply_report-reason": "请打 13800002046"})
    assert (page.status_code, "请去掉里面的手机号" in page.content.decode()) == (422, True)


def test_the_register_costs_the_same_with_many(as_, world: World, light: Matter, django_assert_num_queries) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = as_("street_officer")
    said(world, light)
    client.get("/registers/reports/")
    with CaptureQueriesContext(
        connection,
    ) as few:
        assert client.get("/registers/reports/").status_code == 200
    for _ in range(12):
        said(world, light, by="founder")
    with CaptureQueriesContext(connection) as many:
        page = client.get("/registers/reports/").content.decode()
    assert (len(many), page.count("路灯井盖") >= 12) == (len(few), True)


def test_the_list_of_a_street_is_kept_by_it(as_, world: World, light: Matter) -> None:
    street = body_of(world, "street")
    client = as_("street_officer")
    assert client.get("/voice/duties/").status_code == 200
    answer = client.post("/voice/duties/", {"matter": light.uid, "body": street.pk, "part": "assist"})
    assert answer.status_code == 302
    assert [(line.body, line.part) for line in Handling.objects.order_by("pk")] == [
        (None, "lead"),
        (street, "assist"),
    ]
    client.post("/voice/duties/", {"matter": light.uid, "body": street.pk, "part": ""})
    assert Handling.objects.count() == 1
    twice = client.post("/voice/duties/", {"matter": light.uid, "body": street.pk, "part": "lead"})
    assert twice.status_code == 422
    assert as_("community_worker").post("/voice/duties/", {"matter": light.uid, "part": ""}).status_code == 403
    assert as_("resident").get("/voice/duties/").status_code == 404


def test_the_catalogue_is_kept_by_the_district(as_, world: World, light: Matter) -> None:
    client = as_("district_officer")
    assert client.get("/voice/matters/").status_code == 200
    new = {"new-code": "tree", "new-name": "树木修剪", "new-topic": "street", "new-urgency": "simple"}
    assert client.post("/voice/matters/", new).status_code == 302
    assert client.post("/voice/matters/", new).status_code == 422
    client.post("/voice/matters/", {"matter": light.uid, "do": "end"})
    light.refresh_from_db()
    assert (light.ended, Matter.objects.filter(code="tree").count()) == (True, 1)
    assert client.post("/voice/matters/", {"common": "1"}).status_code == 302
    assert matters.take_over_common(world.district, actor=world["district_officer"]) == 0
    assert as_("street_officer").post("/voice/matters/", {"matter": light.uid, "do": "end"}).status_code == 403
    assert as_("resident").get("/voice/matters/").status_code == 404
