"""The figures of organizations: how many there are, how they come and go, and how their cases are handled.

Source: rulebook §12. A record's kind and status are those of today; when it was filed and when it ended are dated, so
a number of a past day is that of the records as they are known now.
"""

from __future__ import annotations

from django.db.models import Case, CharField, F, Q, TextChoices, Value, When

from linli.areas.choices import UrbanRural
from linli.areas.indicators import COMMUNITIES
from linli.core.figures import Category, Counts, Facts, Figure, Ratio, declare
from linli.core.parameters import Parameter
from linli.core.parameters import declare as declare_parameters
from linli.core.registers import Column
from linli.core.registers import Kind as Show
from linli.organizations.choices.annual import ReportState, Result
from linli.organizations.choices.filing import (
    LIVING,
    AmendmentKind,
    AmendmentState,
    FilingState,
    Kind,
    LegalStatus,
    NationalKind,
)
from linli.organizations.choices.party import UNIT, PartyStage, UnitKind
from linli.organizations.choices.states import ActivityStatus, CreditStatus, PartyCover
from linli.organizations.queries.annual import annual_reports_visible_to
from linli.organizations.queries.party import (
    committee_posts_visible_to,
    party_members_visible_to,
    party_reach,
    units_visible_to,
)
from linli.organizations.queries.register import (
    amendments_visible_to,
    filings_visible_to,
    organizations_visible_to,
    reach_of,
)
from linli.organizations.registers.organizations import ORGANIZATIONS as REGISTER
from linli.organizations.registers.party import PARTY_MEMBERS as PEOPLE


def _words(choices: type[TextChoices]) -> tuple[tuple[str, str], ...]:
    return tuple((member.value, str(member.label)) for member in choices)


PER_COMMUNITY = "figures.per_community"
declare_parameters(
    Parameter(
        PER_COMMUNITY,
        int,
        10,
        "家",
        "村社均组织数的目标",
        "民政部：到 2020 年城市社区平均 10 个以上 [V-]",
        least=1,
        most=100,
    )
)

# An organization that is gone, nobody knows since when, was never counted as there.
GONE = tuple(status for status in LegalStatus if status not in (*LIVING, LegalStatus.GRASSROOTS))
ON_REGISTER = tuple(status.value for status in LegalStatus if status is not LegalStatus.GRASSROOTS)

ORGANIZATIONS = Facts(
    slug="organizations",
    label="社会组织",
    unit="家",
    model_label="organizations.Organization",
    began="filed_on",
    ended="ended_on",
    where=Q(ended_on__isnull=False) | ~Q(legal_status__in=[status.value for status in GONE]),
    visible_to=organizations_visible_to,
    reach=reach_of,
    categories=(
        Category("kind", "类别", "kind", _words(Kind)),
        Category("national_kind", "全国分类", "national_kind", _words(NationalKind)),
        Category("legal_status", "法律状态", "legal_status", _words(LegalStatus)),
        Category("urban_rural", "城乡", "urban_rural", _words(UrbanRural)),
        Category("activity", "活动状态", "activity_status", _words(ActivityStatus)),
        Category("credit", "信用状态", "credit_status", _words(CreditStatus)),
        Category("party_cover", "党的组织覆盖", "party_cover", _words(PartyCover)),
        Category(
            "party",
            "有没有党员",
            Case(When(party_member_count__gt=0, then=Value("yes")), default=Value("no"), output_field=CharField()),
            (("yes", "有党员"), ("no", "没有党员")),
        ),
    ),
    sums={"members": "member_count", "party_members": "party_member_count"},
    columns=(
        *(column for column in REGISTER.columns if column.name == "name"),
        *REGISTER.list_columns(public=False)[1:],
        *(column for column in REGISTER.columns if column.name == "ended_on"),
    ),
)

_GROUP, _CASES = "组织", "备案和变更"
_USUAL = "社会组织统计的通行口径"
_GROWTH = "（期末－期初）÷ 期初；金平的报告：273 家增长到 532 家"
_STOCK = "社会组织统计的通行口径；金平、上虞的报告都按期末在册数"


def _figure(id: str, name: str, counts: Counts, counted: str, source: str = _USUAL, **more: object) -> Figure:
    given: dict[str, object] = {
        "unit": "家",
        "facts": ORGANIZATIONS,
        "group": _GROUP,
        "where": {"legal_status": ON_REGISTER},
    }
    return Figure(id=id, name=name, counts=counts, counted=counted, source=source, **(given | more))  # type: ignore[arg-type]


ORGS = _figure(
    "orgs", "在册社会组织", Counts.STOCK, "期末当天已经备案或登记、还没有终止的社会组织", _STOCK, good="up"
)
FILED = _figure("orgs_filed", "新备案", Counts.BEGAN, "备案日期在期内的社会组织，后来终止的也算", good="up")
ENDED = _figure("orgs_ended", "终止", Counts.ENDED, "终止日期在期内的社会组织：注销、撤销、取缔")
CHANGE = _figure("orgs_change", "组织净增", Counts.CHANGE, "期内新备案的减去期内终止的", _GROWTH)
OPENING = _figure("orgs_before", "期初社会组织", Counts.OPENING, "期初前一天在册的社会组织", _GROWTH, listed=False)
REGISTERED = _figure(
    "orgs_registered",
    "已登记",
    Counts.STOCK,
    "在册社会组织里已经依法登记的",
    where={"legal_status": (LegalStatus.REGISTERED, LegalStatus.LIQUIDATING)},
)
GRASSROOTS = _figure(
    "orgs_grassroots",
    "未备案的草根组织",
    Counts.STOCK,
    "名册里记着、还没有备案的组织",
    where={"legal_status": (LegalStatus.GRASSROOTS,)},
    good="down",
)
CHARITY = _figure(
    "orgs_charity",
    "公益慈善类组织",
    Counts.STOCK,
    "在册社会组织里全国分类为公益慈善的",
    where={"legal_status": ON_REGISTER, "national_kind": (NationalKind.CHARITY,)},
)
WITH_PARTY = _figure(
    "orgs_party",
    "有党员的组织",
    Counts.STOCK,
    "在册社会组织里填报有党员的",
    where={"legal_status": ON_REGISTER, "party": ("yes",)},
    good="up",
)
MEMBERS = _figure(
    "org_members",
    "组织成员",
    Counts.STOCK,
    "在册社会组织填报的成员人数相加；一人在几家就算几次",
    unit="人次",
    weight="members",
)
PARTY_MEMBERS = _figure(
    "org_party_members",
    "组织里的党员",
    Counts.STOCK,
    "在册社会组织填报的党员人数相加；一人在几家就算几次",
    unit="人次",
    weight="party_members",
)
declare(
    ORGS,
    FILED,
    ENDED,
    CHANGE,
    OPENING,
    Ratio("growth", "组织增长率", CHANGE, OPENING, _GROWTH, group=_GROUP, good="up"),
    Ratio(
        "per_community",
        "村社均组织数",
        ORGS,
        COMMUNITIES,
        "民政部：城市社区平均不少于 10 个社区社会组织",
        unit="家",
        group=_GROUP,
        target=PER_COMMUNITY,
        good="up",
    ),
    REGISTERED,
    GRASSROOTS,
    CHARITY,
    Ratio("pub_share", "公益类占比", CHARITY, ORGS, _USUAL, group=_GROUP),
    WITH_PARTY,
    Ratio("party_share", "有党员的组织占比", WITH_PARTY, ORGS, _USUAL, group=_GROUP, good="up"),
    MEMBERS,
    PARTY_MEMBERS,
)


def _share(id: str, name: str, above: Figure, below: Figure = ORGS, **more: object) -> Ratio:
    given: dict[str, object] = {"source": _USUAL, "group": _GROUP}
    return Ratio(id, name, above, below, **(given | more))  # type: ignore[arg-type]


def _state(id: str, name: str, counted: str, category: str, *values: str, **more: object) -> Figure:
    where = {"legal_status": ON_REGISTER, category: values}
    return _figure(id, name, Counts.STOCK, counted, where=where, **more)  # type: ignore[arg-type]


_PARTY = "党建"
URBAN = _state("orgs_urban", "城市社区的组织", "在册社会组织里登记为城市的", "urban_rural", UrbanRural.URBAN)
RURAL = _state("orgs_rural", "农村的组织", "在册社会组织里登记为农村的", "urban_rural", UrbanRural.RURAL)
RATED = _state(
    "orgs_rated",
    "评定过活动状态的组织",
    "在册社会组织里备案满半年、已经按经核实的活动评定过的",
    "activity",
    *(status for status in ActivityStatus if status is not ActivityStatus.UNKNOWN),
    listed=False,
)
DORMANT = _state(
    "orgs_dormant",
    "长期没有活动的组织",
    "评定为长期没有活动的在册社会组织",
    "activity",
    ActivityStatus.DORMANT,
    good="down",
)
IN_BAD_CREDIT = _state(
    "orgs_bad_credit",
    "列入信用名录的组织",
    "列入活动异常名录或严重违法失信名单的在册社会组织",
    "credit",
    *(status for status in CreditStatus if status is not CreditStatus.NORMAL),
    good="down",
)
ORGANIZED = _state(
    "party_organized",
    "党的组织覆盖到的组织",
    "有单独支部、联合支部或党小组的在册社会组织",
    "party_cover",
    *(PartyCover.OWN, PartyCover.JOINT, PartyCover.GROUP),
    group=_PARTY,
    good="up",
)
WORKED = _state(
    "party_worked",
    "党的工作覆盖到的组织",
    "有支部、联合支部或党建指导员的在册社会组织",
    "party_cover",
    *(PartyCover.OWN, PartyCover.JOINT, PartyCover.INSTRUCTOR),
    group=_PARTY,
    good="up",
)
declare(
    URBAN,
    RURAL,
    _share("urban_share", "城市占比", URBAN),
    DORMANT,
    _share("dormant_share", "长期没有活动的占比", DORMANT, RATED, good="down"),
    IN_BAD_CREDIT,
    ORGANIZED,
    _share(
        "party_org_cov",
        "党的组织覆盖率",
        ORGANIZED,
        group=_PARTY,
        good="up",
        note="三种方式（单独支部、联合支部、党小组）分别有多少，看“按党的组织覆盖”",
    ),
    WORKED,
    _share("party_work_cov", "党的工作覆盖率", WORKED, group=_PARTY, good="up"),
)

# --- Party-building -----------------------------------------------------------------------------------------------

PARTY_UNITS = Facts(
    slug="party-units",
    label="党组织",
    unit="个",
    model_label="organizations.PartyUnit",
    began="approved_on",
    ended="ended_at",
    where=Q(approved_on__isnull=False),
    visible_to=units_visible_to,
    reach=party_reach,
    categories=(Category("kind", "组织形式", "kind", _words(UnitKind)),),
    columns=tuple(column for column in UNIT.columns if column.name in ("name", "kind", "led_by", "term_to")),
)
PARTY_PEOPLE = Facts(
    slug="party-people",
    label="党员",
    unit="人",
    model_label="organizations.PartyMember",
    began="joined_on",
    ended="left_on",
    visible_to=party_members_visible_to,
    reach=party_reach,
    categories=(
        Category("stage", "党员类别", "stage", _words(PartyStage)),
        Category(
            "managed",
            "有没有纳入管理",
            Case(When(managed_by__isnull=False, then=Value("yes")), default=Value("no"), output_field=CharField()),
            (("yes", "纳入管理"), ("no", "没有纳入管理")),
        ),
    ),
    columns=tuple(PEOPLE.list_columns(public=False)),
)
COMMITTEE_POSTS = Facts(
    slug="committee-posts",
    label="两委成员兼职",
    unit="家",
    model_label="organizations.CommitteePost",
    began="held_from",
    ended="held_to",
    visible_to=committee_posts_visible_to,
    reach=party_reach,
    categories=(
        Category(
            "head",
            "任什么职务",
            Case(When(is_head=True, then=Value("head")), default=Value("other"), output_field=CharField()),
            (("head", "会长、召集人"), ("other", "其他职务")),
        ),
    ),
    distinct={"organizations": "organization"},
    columns=(
        Column("organization", "社会组织", "organization__name"),
        Column("place", "社区", "organization__area__full_name", kind=Show.AREA),
        Column("approval", "批准依据"),
        Column("held_from", "任职自", kind=Show.DAY),
        Column("held_to", "任职至", kind=Show.DAY),
    ),
)
_JINPING = "金平的报告：党支部 46 个、党小组 171 个，纳入管理的党员 1320 人，兼任职务 99.43%、任会长 96.20%"


def _party(id: str, name: str, facts: Facts, counted: str, **more: object) -> Figure:
    given: dict[str, object] = {"unit": facts.unit, "group": _PARTY, "source": _JINPING, "good": "up"}
    return Figure(id=id, name=name, facts=facts, counts=Counts.STOCK, counted=counted, **(given | more))  # type: ignore[arg-type]


BRANCHES = _party(
    "party_branches",
    "党支部",
    PARTY_UNITS,
    "期末当天已经批准设立、没有撤销的独立党支部和联合党支部",
    where={"kind": (UnitKind.OWN, UnitKind.JOINT)},
)
GROUPS = _party(
    "party_groups",
    "党小组",
    PARTY_UNITS,
    "期末当天已经批准设立、没有撤销的党小组",
    where={"kind": (UnitKind.GROUP,)},
)
MANAGED = _party(
    "party_managed",
    "纳入管理的党员",
    PARTY_PEOPLE,
    "期末当天登记在册、由社会组织的党组织管理的党员；一人只在一处",
    where={"managed": ("yes",)},
)
WITH_POST = _party(
    "cadre_posts",
    "两委成员兼任职务的组织",
    COMMITTEE_POSTS,
    "期末当天有社区两委成员经批准兼任职务的社会组织；一家有几人也只算一家",
    weight="organizations",
)
WITH_HEAD = _party(
    "cadre_heads",
    "两委成员任会长、召集人的组织",
    COMMITTEE_POSTS,
    "期末当天由社区两委成员经批准任会长或召集人的社会组织",
    weight="organizations",
    where={"head": ("head",)},
)
declare(
    BRANCHES,
    GROUPS,
    MANAGED,
    WITH_POST,
    _share("cadre_post", "两委兼职率", WITH_POST, group=_PARTY, source=_JINPING, places=2, good="up"),
    WITH_HEAD,
    _share("cadre_head", "两委任会长率", WITH_HEAD, group=_PARTY, source=_JINPING, places=2, good="up"),
)

# --- the cases ----------------------------------------------------------------------------------------------------

FILINGS = Facts(
    slug="filings",
    label="备案申请",
    unit="件",
    model_label="organizations.Filing",
    began="began_at",
    ended="ended_at",
    where=Q(began_at__isnull=False) & ~Q(state=FilingState.DRAFT),
    visible_to=filings_visible_to,
    reach=reach_of,
    categories=(
        Category("state", "状态", "state", _words(FilingState)),
        Category("kind", "类别", "kind", _words(Kind)),
    ),
    columns=(
        Column("name", "名称"),
        Column("number", "编号", kind=Show.CODE),
        Column("kind", "类别", show=dict(_words(Kind)).get, kind=Show.CHOICE),
        Column("place", "社区", "area__full_name", kind=Show.AREA),
        Column("state", "状态", show=dict(_words(FilingState)).get, kind=Show.CHOICE),
        Column("began_at", "提交", kind=Show.MOMENT),
        Column("ended_at", "办结", kind=Show.MOMENT),
    ),
)
AMENDMENTS = Facts(
    slug="amendments",
    label="变更与注销",
    unit="件",
    model_label="organizations.Amendment",
    began="began_at",
    ended="ended_at",
    where=Q(began_at__isnull=False) & ~Q(state=AmendmentState.DRAFT),
    visible_to=amendments_visible_to,
    reach=reach_of,
    categories=(
        Category("kind", "事项", "kind", _words(AmendmentKind)),
        Category("state", "状态", "state", _words(AmendmentState)),
    ),
    columns=(
        Column("organization", "社会组织", "organization__name"),
        Column("number", "编号", kind=Show.CODE),
        Column("kind", "事项", show=dict(_words(AmendmentKind)).get, kind=Show.CHOICE),
        Column("state", "状态", show=dict(_words(AmendmentState)).get, kind=Show.CHOICE),
        Column("began_at", "提交", kind=Show.MOMENT),
        Column("ended_at", "办结", kind=Show.MOMENT),
    ),
)


def _case(id: str, name: str, facts: Facts, counts: Counts, counted: str, **more: object) -> Figure:
    given: dict[str, object] = {"unit": "件", "group": _CASES, "source": "办件统计的通行口径"}
    return Figure(id=id, name=name, facts=facts, counts=counts, counted=counted, **(given | more))  # type: ignore[arg-type]


SUBMITTED = _case("filings_submitted", "备案申请", FILINGS, Counts.BEGAN, "期内提交的备案申请，退回补正的不重复算")
CLOSED = _case("filings_closed", "办结的备案申请", FILINGS, Counts.ENDED, "期内办结的备案申请：备案、不予备案、撤回")
OPEN = _case("filings_open", "在办的备案申请", FILINGS, Counts.STOCK, "期末当天已经提交、还没有办结的备案申请")
GRANTED = _case(
    "filings_granted",
    "予以备案",
    FILINGS,
    Counts.ENDED,
    "期内办结并予以备案的申请",
    where={"state": (FilingState.FILED,)},
)
CHANGES = _case("amendments_submitted", "变更和注销申请", AMENDMENTS, Counts.BEGAN, "期内提交的变更、注销备案申请")
CHANGED = _case("amendments_closed", "办结的变更和注销", AMENDMENTS, Counts.ENDED, "期内办结的变更、注销备案申请")
declare(
    SUBMITTED,
    CLOSED,
    OPEN,
    GRANTED,
    Ratio(
        "close_rate",
        "备案办结率",
        CLOSED,
        SUBMITTED,
        "办件统计的通行口径",
        group=_CASES,
        good="up",
        note="办结的不一定是期内提交的，可能超过 100%",
    ),
    Ratio("grant_rate", "备案通过率", GRANTED, CLOSED, _USUAL, group=_CASES),
    CHANGES,
    CHANGED,
)

# --- annual reports -----------------------------------------------------------------------------------------------

ANNUAL_REPORTS = Facts(
    slug="annualreports",
    label="年度报告",
    unit="份",
    model_label="organizations.AnnualReport",
    began="due_on",
    where=~Q(state__in=[ReportState.CALLED.value, ReportState.EXEMPT.value]),
    visible_to=annual_reports_visible_to,
    reach=reach_of,
    kept=False,  # one a year of each registered organization
    categories=(
        Category(
            "timeliness",
            "有没有按时报送",
            Case(
                When(sent_on__isnull=True, then=Value("unsent")),
                When(sent_on__lte=F("due_on"), then=Value("on_time")),
                default=Value("late"),
                output_field=CharField(),
            ),
            (("on_time", "按时报送"), ("late", "晚报"), ("unsent", "没有报送")),
        ),
        Category("result", "结论", "result", _words(Result)),
        Category("state", "状态", "state", _words(ReportState)),
    ),
    columns=(
        Column("organization", "社会组织", "organization__name"),
        Column("number", "编号", kind=Show.CODE),
        Column("year", "年度", kind=Show.NUMBER),
        Column("state", "状态", show=dict(_words(ReportState)).get, kind=Show.CHOICE),
        Column("result", "结论", show=dict(_words(Result)).get, kind=Show.CHOICE),
        Column("due_on", "报送期限", kind=Show.DAY),
        Column("sent_on", "报送日期", kind=Show.DAY),
    ),
)


_LAWFUL, _CHECKED = "登记管理", "年度检查办法：3 月 31 日前报送，5 月 31 日前报登记管理机关"


def _report(id: str, name: str, counted: str, **more: object) -> Figure:
    given: dict[str, object] = {"unit": "份", "group": _LAWFUL, "source": _CHECKED, "counts": Counts.BEGAN}
    return Figure(id=id, name=name, facts=ANNUAL_REPORTS, counted=counted, **(given | more))  # type: ignore[arg-type]


REPORTS_DUE = _report("reports_due", "应报的年度报告", "报送期限在期内的年度报告，不用报送的除外")
REPORTS_SENT = _report(
    "reports_sent",
    "报送的年度报告",
    "其中已经报送的，晚报的也算",
    where={"timeliness": ("on_time", "late")},
    good="up",
)
REPORTS_ON_TIME = _report(
    "reports_on_time", "按时报送的年度报告", "其中期限以内报送的", where={"timeliness": ("on_time",)}, good="up"
)
REPORTS_CONCLUDED = _report(
    "reports_concluded",
    "有结论的年度报告",
    "其中登记机关作出结论的",
    where={"result": tuple(Result.values)},
    listed=False,
)
REPORTS_PASSED = _report(
    "reports_passed", "年度检查合格", "其中结论是合格的", where={"result": (Result.PASSED,)}, good="up"
)
declare(
    REPORTS_DUE,
    REPORTS_SENT,
    REPORTS_ON_TIME,
    Ratio("report_on_time", "年报按时报送率", REPORTS_ON_TIME, REPORTS_DUE, _CHECKED, group=_LAWFUL, good="up"),
    REPORTS_CONCLUDED,
    REPORTS_PASSED,
    Ratio("report_passed", "年度检查合格率", REPORTS_PASSED, REPORTS_CONCLUDED, _CHECKED, group=_LAWFUL, good="up"),
)
