"""An import of 100,000 organizations with all checks and encryption, from the upload to the last event.

Two baselines. A bare COPY puts the finished rows into a table with the same columns, generated columns, constraints
and indexes, but without checks, encryption, foreign keys, triggers, marks, traces and events. django-import-export
with `use_bulk=True` imports the same fields with the same checks at a smaller size, since it keeps every row in
memory; its time is taken per row. Memory is the peak of a process of its own that imports a fifth of the rows, then
all.
`BENCH_ROWS` sets another number of rows.
"""

from __future__ import annotations

import csv
import gc
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import IO, Any

from bench.result import Result
from django.conf import settings
from django.db import connection

from linli.actors.choices import BodyKind, Role
from linli.actors.models import Body, Post
from linli.areas.choices import Level
from linli.areas.models import Area
from linli.core.access.models import User
from linli.core.codes import id_number
from linli.core.sheets import actions
from linli.core.sheets.declare import REGISTRY
from linli.core.sheets.models import Import, ImportedRow
from linli.organizations.models import Organization

ROWS = int(os.environ.get("BENCH_ROWS", "100000"))
SMALL = max(500, ROWS // 50)  # for django-import-export
COPY_LIMIT = 6.0
PACKAGE_LIMIT = 1 / 30
MEMORY_SLACK_MB = 20.0  # what a fivefold import may need more
HEADINGS = (
    *(
        "组织名称",
        "类别",
        "所在街道",
        "所在社区",
        "活动场所",
        "宗旨和活动内容",
        "负责人姓名",
        "负责人身份证号",
        "负责人手机号",
    ),
    *("成员人数", "其中党员人数", "备案编号", "备案日期", "成立日期"),
)
SYLLABLES = "春风和畅朝阳金凤玉兰红棉翠竹明月清泉海韵书香银龄晨光暖心同乐巧手青松平安敬老助学"
SORTS = ("书画社", "英歌队", "合唱团", "舞蹈队", "太极队", "便民服务队", "巡逻队", "调解室", "灯谜会", "潮剧社")


def run() -> list[Result]:
    """Measure; AssertionError where a row is lost or memory grows with the rows."""
    officer = world()
    folder = Path(tempfile.mkdtemp(dir=settings.HOME))
    big = folder / "big.csv"
    write_csv(big, ROWS)
    ours = [import_file(big, officer) for _round in range(2)]
    assert Organization.objects.count() == 0
    note = f"{ROWS:,} rows of CSV, {ROWS / min(ours):,.0f} rows a second"
    copied = copy_baseline(big, officer)
    book = folder / "big.xlsx"
    write_xlsx(book, big)
    from_book = import_file(book, officer)
    package = per_row_of_package(folder, officer)
    few, many = (peak_of(folder, officer, rows) for rows in (ROWS // 5, ROWS))
    assert many - few <= MEMORY_SLACK_MB, f"{few:.0f} MB for {ROWS // 5:,} rows, {many:.0f} MB for {ROWS:,}"
    memory = f"; peak memory {few:.0f} MB for {ROWS // 5:,} rows, {many:.0f} MB for {ROWS:,}"
    scaled = f"{SMALL:,} rows took {package * SMALL:.1f} s, taken per row"
    return [
        Result("import of CSV", "bare COPY, same columns and indexes", min(ours), copied, COPY_LIMIT, note + memory),
        Result("import of xlsx", "bare COPY, same columns and indexes", from_book, copied, COPY_LIMIT),
        Result(
            "import of CSV",
            "django-import-export, use_bulk=True, same fields",
            min(ours),
            package * ROWS,
            PACKAGE_LIMIT,
            scaled,
        ),
    ]


# --- the district and the files ---------------------------------------------------------------------------------


def world() -> User:
    """A district of 12 streets and 168 communities, and its officer."""
    Organization.objects.all().delete()
    officer = User.objects.filter(username="bench").first()
    if officer is not None:
        return officer
    district = Area(name="金平区", level=Level.DISTRICT, code="440511")
    district.save()
    for street_at in range(1, 13):
        street = Area(name=f"第{street_at}街道", level=Level.STREET, code=f"440511{street_at:03d}", parent=district)
        street.save()
        for at in range(1, 15):
            code = f"{street.code}{at:03d}"
            Area(name=f"{street_at}街{at}号居委会", level=Level.COMMUNITY, code=code, parent=street).save()
    body = Body.objects.create(name="金平区民政局", kind=BodyKind.DEPARTMENT, area=district)
    officer = User.objects.create_user("bench", password=None, name="测量")
    Post.objects.create(user=officer, role=Role.DISTRICT_OFFICER, body=body, area=district, valid_from="2020-01-01")
    User.system()
    return officer


def write_csv(path: Path, count: int) -> None:
    """Believable rows, the same every time."""
    chance = random.Random(11)
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(HEADINGS)
        out.writerows(row(at, chance) for at in range(count))


def row(at: int, chance: random.Random) -> list[Any]:
    """One organization."""
    street, community = at % 12 + 1, at // 12 % 14 + 1
    year, month, day = chance.randint(2012, 2025), chance.randint(1, 12), chance.randint(1, 28)
    body = f"440511{chance.randint(1945, 1999)}{chance.randint(1, 12):02d}{chance.randint(1, 28):02d}"
    body += f"{chance.randint(1, 999):03d}"
    return [
        "".join(chance.sample(SYLLABLES, 4)) + f"{at}" + chance.choice(SORTS),
        chance.choice(("服务", "自治", "文体", "平安", "其他")),
        f"第{street}街道",
        f"{street}街{community}号社区",
        f"{street}街{community}号社区文化活动中心 {chance.randint(101, 820)} 室",
        "面向社区居民开展公益活动，每周两次，逢节加场",
        chance.choice("陈林黄郑吴蔡李张王谢许")
        + "".join(chance.sample("伟敏芳秀英丽强军洁明华建国志文晓燕少玲海涛", 2)),
        body + id_number.check_digit(body),
        f"13{chance.randint(0, 999_999_999):09d}",
        chance.randint(5, 80),
        chance.randint(0, 5),
        f"备字{at:07d}号",
        f"{year}-{month:02d}-{day:02d}",
        f"{year}-01-01",
    ]


def write_xlsx(path: Path, source: Path) -> None:
    """The same rows as a workbook."""
    import xlsxwriter

    with xlsxwriter.Workbook(str(path), {"constant_memory": False}) as book:
        sheet = book.add_worksheet()
        with source.open(encoding="utf-8", newline="") as file:
            for at, cells in enumerate(csv.reader(file)):
                sheet.write_row(at, 0, cells)


# --- ours -------------------------------------------------------------------------------------------------------


def import_file(path: Path, officer: User, *, keep: bool = False) -> float:
    """Seconds from the upload to the last row; what was imported is removed again unless it is kept."""
    gc.collect()
    began = time.perf_counter()
    with path.open("rb") as file:
        batch = actions.begin_import(REGISTRY["organizations"], file, name=path.name, actor=officer)
    actions.read_import(batch.pk)
    batch.refresh_from_db()
    assert batch.state == "ready", (batch.state, batch.trouble)
    read = time.perf_counter()
    actions.apply_import(batch, actor=officer)
    while actions.continue_import(batch.pk):
        pass
    seconds = time.perf_counter() - began
    batch.refresh_from_db()
    assert batch.counts["created"] == batch.counts["read"] == Organization.objects.count(), batch.counts
    if os.environ.get("BENCH_TELL"):
        print(f"  {path.name}: read {read - began:.2f} s, applied {seconds - (read - began):.2f} s")
    if not keep:
        clear()
    return seconds


def clear() -> None:
    """Empty tables, as they were before."""
    ImportedRow.objects.all().delete()
    Import.objects.all().delete()
    do("TRUNCATE organizations_organization CASCADE")
    do("DELETE FROM core_tally; DELETE FROM core_mark WHERE row_id IN (SELECT row_id FROM core_mark)")
    do("VACUUM ANALYZE organizations_organization")


# --- bare COPY --------------------------------------------------------------------------------------------------


def copy_baseline(path: Path, officer: User) -> float:
    """Seconds to COPY the finished rows into a table made like the register's."""
    import_file(path, officer, keep=True)
    fields = Organization._meta.concrete_fields
    columns = ", ".join(f'"{field.column}"' for field in fields if not field.generated)
    best = float("inf")
    with tempfile.TemporaryFile() as kept:
        with (
            connection.cursor() as cursor,
            cursor.copy(f"COPY (SELECT {columns} FROM organizations_organization ORDER BY id) TO STDOUT") as copy,
        ):
            for block in copy:
                kept.write(block)
        for _round in range(2):
            do("DROP TABLE IF EXISTS bench_twin")
            do("CREATE TABLE bench_twin (LIKE organizations_organization INCLUDING ALL)")
            best = min(best, copied(kept, columns))
    do("DROP TABLE bench_twin")
    clear()
    return best


def copied(kept: IO[bytes], columns: str) -> float:
    """Seconds of one COPY."""
    kept.seek(0)
    gc.collect()
    began = time.perf_counter()
    with connection.cursor() as cursor, cursor.copy(f"COPY bench_twin ({columns}) FROM STDIN") as copy:
        while block := kept.read(1 << 17):
            copy.write(block)
    return time.perf_counter() - began


def do(sql: str) -> None:
    """A command."""
    with connection.cursor() as cursor:
        cursor.execute(sql)


# --- django-import-export ---------------------------------------------------------------------------------------


def per_row_of_package(folder: Path, officer: User) -> float:
    """Seconds a row with django-import-export: the same fields, checked by the same functions, encrypted, in bulk."""
    import tablib
    from import_export import fields, resources, widgets

    from linli.areas.queries import Communities
    from linli.core.codes import names, phone
    from linli.core.privacy import keyed_hash
    from linli.organizations.choices.filing import NATIONAL_KIND_OF, Kind

    path = folder / "small.csv"
    write_csv(path, SMALL)
    places = Communities(officer.posts.get().area.path)
    kinds = {str(kind.label): kind.value for kind in Kind}

    class Checked(widgets.CharWidget):
        def __init__(self, check: Any) -> None:
            super().__init__()
            self.check = check

        def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
            return self.check(str(value)) if value else ""

    def column(name: str, heading: str, widget: Any = None) -> Any:
        return fields.Field(attribute=name, column_name=heading, widget=widget or widgets.CharWidget())

    class OrganizationResource(resources.ModelResource):
        name = column("name", "组织名称", Checked(names.check_organization_name))
        kind = column("kind", "类别", Checked(kinds.__getitem__))
        address = column("address", "活动场所")
        purpose = column("purpose", "宗旨和活动内容")
        leader_name = column("leader_name", "负责人姓名", Checked(names.check_person_name))
        leader_id_number = column("leader_id_number", "负责人身份证号", Checked(id_number.check_id_number))
        leader_phone = column("leader_phone", "负责人手机号", Checked(phone.check_mobile))
        member_count = column("member_count", "成员人数", widgets.IntegerWidget())
        party_member_count = column("party_member_count", "其中党员人数", widgets.IntegerWidget())
        number = column("number", "备案编号")
        filed_on = column("filed_on", "备案日期", widgets.DateWidget())
        founded_on = column("founded_on", "成立日期", widgets.DateWidget())

        class Meta:
            model = Organization
            import_id_fields = ("number",)
            use_bulk = True
            batch_size = 1000
            clean_model_instances = True
            skip_diff = True
            report_skipped = False

        def after_init_instance(self, instance: Any, new: bool, row: Any, **kwargs: Any) -> None:
            found = places.find(row["所在街道"], row["所在社区"])
            instance.area_id, instance.scope = found.id, found.scope  # type: ignore[union-attr]

        def before_save_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
            instance.national_kind = NATIONAL_KIND_OF[Kind(instance.kind)]
            instance.leader_id_hash = keyed_hash(instance.leader_id_number, "id_number")
            instance.leader_phone_hash = keyed_hash(instance.leader_phone, "phone")

    with path.open(encoding="utf-8") as file:
        content = file.read()
    began = time.perf_counter()
    outcome = OrganizationResource().import_data(tablib.Dataset().load(content, format="csv"), raise_errors=True)
    seconds = time.perf_counter() - began
    assert not outcome.has_errors()
    assert Organization.objects.count() == SMALL
    clear()
    return seconds / SMALL


# --- memory -----------------------------------------------------------------------------------------------------


def peak_of(folder: Path, officer: User, rows: int) -> float:
    """Peak resident memory of a process of its own that imports so many rows of a workbook, in MB."""
    source, path = folder / f"{rows}.csv", folder / f"{rows}.xlsx"
    write_csv(source, rows)
    write_xlsx(path, source)
    program = (
        "import sys; from linli.cli.ready import set_up_django; set_up_django();"
        "from pathlib import Path; from bench.imports import import_file;"
        "from linli.core.access.models import User;"
        "import_file(Path(sys.argv[1]), User.objects.get(username='bench'));"
        "print([l.split()[1] for l in open('/proc/self/status') if l.startswith('VmHWM')][0])"
    )
    command = [sys.executable, "-c", program, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parent.parent)
    return int(done.stdout.split()[-1]) / 1024
