"""A program does all that a person does: every page has its operations, or a reason why it has none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from linli.core.registers import REGISTRY as REGISTERS
from linli.core.sheets.declare import REGISTRY as SHEETS
from linli.core.workflow.declare import REGISTRY as PROCESSES
from linli.core.workflow.wizard import WIZARDS

WITH_PASSWORD = "本人在页面上输密码办，程序不代办"
OF_THE_PAGE = "只是网页的样子或部件"
OF_THE_DEMO = "只在演示里有"
ALLAUTH = ("account_", "mfa_")  # logging in and proving who one is: a program holds a token instead

# Name of a page → the operations that do the same (the * is each declared slug), or the reason why there is none.
PAGES: dict[str, str | list[str]] = {
    "core:cases": ["cases_*_list", "cases_*_standings"],
    "core:process": ["cases_*_standings"],
    "core:case": ["cases_*_one", "cases_*_timeline", "cases_*_changes"],
    "core:extend": ["cases_*_extend"],
    "core:urge": ["cases_*_urge"],
    "core:step": ["cases_*_step"],
    "core:wizard": ["cases_filing_draft", "cases_filing_attach", "cases_filing_detach"],
    "core:wizard_check": ["cases_filing_draft"],
    "core:task": ["inbox_list", "cases_*_one"],
    "core:calendar": ["calendar_year", "calendar_day", "calendar_confirm"],
    "core:parameters": ["parameters_list"],
    "core:parameter": ["parameters_one", "parameters_set"],
    "core:parameter_end": ["parameters_end"],
    "core:policies": ["parameters_list"],
    "core:policy": ["parameters_one", "parameters_set"],
    "core:policy_end": ["parameters_end"],
    "core:audit": ["audit_events"],
    "core:audit_export": ["audit_proof"],
    "core:audit_checks": ["audit_checks", "audit_check", "audit_chain"],
    "core:audit_check_start": ["audit_check_start"],
    "core:audit_event": ["audit_event"],
    "core:imports": ["imports_*_list", "imports_*_begin", "imports_*_places"],
    "core:import_template": ["imports_*_template"],
    "core:import": ["imports_*_one", "imports_*_rows", "imports_*_report", "imports_*_obstacles"],
    "core:import_progress": ["imports_*_one"],
    "core:import_rejected": ["imports_*_rejected"],
    "core:import_decide": ["imports_*_decide"],
    "core:import_row": ["imports_*_row", "imports_*_decide"],
    "core:import_step": ["imports_*_apply", "imports_*_undo", "imports_*_recheck", "imports_*_cancel"],
    "core:exports": ["exports_list"],
    "core:export": ["exports_organizations_ask", "exports_organizations_columns"],
    "core:export_file": ["exports_file"],
    "core:export_remove": ["exports_remove"],
    "core:export_progress": ["exports_one"],
    "core:tokens": ["tokens_list"],  # making one: see POSTS
    "core:token_revoke": ["tokens_revoke"],
    "core:all_tokens": ["tokens_list"],
    "core:register": ["registers_*_list", "registers_*_figures"],
    "core:register_find": ["registers_*_look_up", "registers_*_list"],
    "core:register_points": ["registers_*_map", "public_*_map"],
    "core:saved_filters": ["filters_*_list", "filters_*_keep"],
    "core:saved_filter": ["filters_*_one", "filters_*_change", "filters_*_drop"],
    "core:share": ["links_share"],
    "core:share_links": ["links_list"],
    "core:share_link": ["links_one", "links_revoke"],
    "core:open_link": ["links_open"],
    "core:webhooks": ["webhooks_list", "webhooks_create", "webhooks_events"],
    "core:webhook": ["webhooks_one", "webhooks_messages"],
    "core:webhook_do": ["webhooks_rotate", "webhooks_test", "webhooks_switch", "webhooks_remove"],
    "core:webhook_again": ["webhooks_again"],
    "core:reveal": ["registers_*_reveal", "cases_filing_reveal", "accounts_account_reveal"],
    "core:access_log": ["data_looks"],
    "core:assessments": ["cases_*_list"],
    "core:assessment_print": ["cases_*_one"],
    "core:incident_report": ["cases_incident_begin"],
    "core:incident_concerned": "查涉及哪些人由处置的人在页面上定，程序不代查",
    "core:incident_letter": ["data_holding"],
    "core:my_data": ["data_holdings"],
    "core:my_holding": ["data_holding", "data_holding_reveal"],
    "core:takeout": ["data_takeouts", "data_takeout_ask"],
    "core:takeout_download": ["data_takeout_file"],
    "core:takeout_remove": ["data_takeout_remove"],
    "core:data_requests": ["cases_request_list", "cases_request_begin"],
    "core:consents": ["data_consents", "data_consent_give"],
    "core:consent_withdraw": ["data_consent_withdraw"],
    "core:close_account": WITH_PASSWORD,
    "core:privacy": ["privacy_notice"],
    "core:privacy_version": ["privacy_notice_version"],
    "core:processing": ["privacy_processing"],
    "core:processing_new": ["privacy_entry_create"],
    "core:processing_local": ["privacy_entry", "privacy_entry_change", "privacy_entry_end"],
    "core:retention": ["privacy_retention"],
    "core:retention_rows": ["privacy_retention_rows", "privacy_retention_row"],
    "core:retention_hold": ["privacy_retention_hold"],
    "core:attachment": ["files_download"],
    "core:attachment_thumbnail": ["files_thumbnail"],
    "core:attachment_remove": ["files_remove"],
    "core:attachment_restore": ["files_restore"],
    "core:notices": ["notices_list"],
    "core:notices_read_all": ["notices_read_all"],
    "core:notice_preferences": ["notices_ways", "notices_choose", "notices_robots"],
    "core:notice_robot_add": ["notices_robot_add"],
    "core:notice_robot_remove": ["notices_robot_remove"],
    "core:notice_test": ["notices_test"],
    "core:notice": ["notices_read"],
    "core:elder": OF_THE_PAGE,
    "core:robots": OF_THE_PAGE,
    "core:patterns": OF_THE_PAGE,
    "core:patterns_map": OF_THE_PAGE,
    "core:patterns_face": OF_THE_PAGE,
    "core:resume": OF_THE_PAGE,
    "areas:tree": ["reforms_list"],
    "areas:area": ["reforms_one"],
    "areas:area_step": [f"reforms_{verb}" for verb in ("rename", "add", "move", "merge", "split", "end")],
    "areas:shapes": OF_THE_PAGE,
    "areas:picker": ["areas_list", "areas_children"],
    "areas:options": ["areas_list", "areas_children"],
    "actors:accounts": ["accounts_list"],
    "actors:account_new": ["accounts_create"],
    "actors:account_bulk": ["accounts_create_all"],
    "actors:accounts_lock": ["accounts_lock_several"],
    "actors:account": ["accounts_one"],
    "actors:account_step": [f"accounts_{verb}" for verb in ("lock", "unlock", "password", "code", "sessions")],
    "actors:bodies": ["bodies_list"],
    "actors:body_new": ["bodies_found"],
    "actors:body": ["bodies_one"],
    "actors:body_step": ["bodies_change", "bodies_move", "bodies_close"],
    "actors:posts": ["posts_list"],
    "actors:post_new": ["cases_appointment_begin"],
    "actors:vacant": ["posts_vacant"],
    "actors:post": ["posts_one"],
    "actors:post_step": ["cases_appointment_begin", "posts_relieve"],
    "actors:rights": ["rights_person", "rights_step"],
    "organizations:public_list": ["public_*_list", "public_*_figures"],
    "organizations:points": ["public_*_map"],
    "organizations:public": ["public_*_"],
    "organizations:certificate": OF_THE_PAGE,  # prints what the record says
    "organizations:notices": ["publicity_list"],
    "organizations:notice": ["publicity_one"],
    "organizations:register": ["registers_*_list"],
    "organizations:record": ["registers_*_"],
    "organizations:amend": ["cases_amendment_begin"],
    "organizations:begin": ["cases_filing_begin"],
    "organizations:similar": ["names_similar"],
    "organizations:mine": ["cases_*_list"],
    "organizations:federations": ["federations_list"],
    "organizations:federation_open": ["federations_open"],
    "organizations:federation": ["registers_federations"],
    "organizations:credit_lists": ["credit_lists"],
    "organizations:credit_record": ["credit_infos", "credit_enter"],
    "organizations:info_withdraw": ["credit_withdraw"],
    "organizations:grades": ["grades_list", "grades_notices"],
    "organizations:grade": ["grades_one"],
    "organizations:grading_notice": ["grades_notice"],
    "organizations:round_begin": ["cases_gradinground_begin"],
    "organizations:organization_grades": ["grades_of", "grades_enter"],
    "organizations:grading_begin": ["cases_grading_begin"],
    "organizations:grade_change_begin": ["cases_gradechange_begin"],
    "organizations:ranking": ["ranking_list"],
    "organizations:standing": ["ranking_one"],
    "organizations:commendations": ["commendations_list"],
    "organizations:commendation": ["commendations_one"],
    "organizations:begin_commendation": ["cases_commendation_begin"],
    "organizations:registration_begin": ["cases_registration_begin"],
    "organizations:deregistration_begin": ["cases_deregistration_begin"],
    "organizations:report_begin": ["cases_annualreport_begin"],
    "organizations:listing_begin": ["cases_listing_begin"],
    "organizations:federation_begin": ["cases_tenure_begin", "cases_friendship_begin", "cases_pillar_begin"],
    "organizations:join": ["cases_membership_begin"],
    "organizations:enquire": ["cases_enquiry_begin"],
    "organizations:enquiry": ["cases_enquiry_one"],
    "organizations:member": ["registers_members"],
    "organizations:custodies": ["custody_ledgers"],
    "organizations:custody": ["custody_ledger", "custody_statements"],
    "organizations:custody_enter": ["cases_custodyentry_begin"],
    "organizations:custody_reverse": ["cases_custodyentry_begin"],
    "organizations:custody_close": ["custody_close"],
    "organizations:custody_statement": ["custody_statements"],
    "organizations:custody_workbook": ["custody_statements"],
    "organizations:custody_publish": ["custody_publish"],
    "organizations:custody_summary": ["custody_sums"],
    "organizations:begin_custody": ["cases_custody_begin"],
    "organizations:revocations": ["revocations_list"],
    "organizations:revocation_grounds": ["revocations_grounds"],
    "organizations:begin_revocation": ["cases_revocation_begin"],
    "organizations:begin_ban": ["cases_revocation_begin"],
    "organizations:party_streets": ["federations_list", "party_figures"],
    "organizations:party": ["party_figures", "cases_partyunit_list", "cases_partysession_list"],
    "organizations:party_behind": ["party_behind", "party_posts"],
    "organizations:party_suggest": ["party_suggest"],
    "organizations:party_enter": ["cases_partyunit_begin", "party_enter", "party_post"],
    "organizations:committee_post_end": ["party_post_end"],
    "organizations:party_member": ["registers_partymembers", "party_change", "party_leave"],
    "organizations:calendar": ["activities_list"],
    "organizations:activities_feed": OF_THE_PAGE,  # iCalendar, for programs of another kind
    "organizations:organization_feed": OF_THE_PAGE,
    "organizations:activity": ["activities_check_in"],
    "organizations:activity_poster": OF_THE_PAGE,  # prints what the case says
    "organizations:begin_activity": ["cases_activity_begin"],
    "organizations:begin_incubation": ["cases_incubation_begin"],
    "organizations:incubators": ["incubators_list", "incubators_open", "incubators_close"],
    "organizations:years": ["years_list", "years_close", "years_reopen"],
    "organizations:member_matter": ["cases_membership_begin"],
    "voice:home": ["voice_list"],
    "voice:begin": ["cases_report_begin"],
    "voice:enter": ["cases_report_list"],
    "voice:mine": ["cases_report_list"],
    "voice:public": ["voice_one"],
    "voice:join": ["voice_join", "voice_leave"],
    "voice:board": ["voice_list"],
    "voice:feed": OF_THE_PAGE,  # RSS, for programs of another kind
    "voice:data": ["voice_list"],
    "voice:dictionary": OF_THE_PAGE,
    "voice:matters": ["voice_matters", "voice_matter_add", "voice_matter_change"],
    "voice:duties": ["voice_duties", "voice_duty_say"],
    "mediation:network": ["mediation_network"],
    "mediation:body": ["mediation_body"],
    "mediation:apply": ["cases_mediation_begin"],
    "mediation:mine": ["cases_mediation_list"],
    "mediation:join": ["mediation_join"],
    "mediation:papers": ["mediation_attach"],
    "mediation:sheet": OF_THE_PAGE,  # prints what the case says
    "mediation:load": ["mediation_load"],
    "mediation:bodies": ["mediation_network", "mediation_open"],
    "mediation:keep": [
        *("mediation_change", "mediation_term", "mediation_enrol", "mediation_train"),
        *("mediation_leave", "mediation_close", "mediation_load"),
    ],
    "indicators:board": ["figures_list", "figures_value"],
    "indicators:board_workbook": ["figures_value"],
    "indicators:figure": ["figures_value", "figures_series", "figures_split"],
    "indicators:figure_workbook": ["figures_series", "figures_split"],
    "indicators:records": ["figures_records"],
    "indicators:areas": ["figures_split"],
    "indicators:boards": ["boards_list"],
    "indicators:compose": ["boards_compose"],
    "indicators:own_board": ["boards_one", "figures_value"],
    "indicators:change_board": ["boards_change", "boards_remove"],
    "indicators:screen": OF_THE_PAGE,
    "indicators:checks": ["boards_checks"],
    "indicators:published": ["figures_published"],
    "indicators:published_workbook": ["figures_published"],
    "portal:home": OF_THE_PAGE,
    "portal:desk": ["inbox_list"],
    "portal:done": ["desk_done", "desk_on_time"],
    "portal:find": ["find", "registers_*_look_up"],
    "portal:processes": ["cases_*_standings"],
    "demo:personas": OF_THE_DEMO,
    "demo:become": OF_THE_DEMO,
    "api-document": OF_THE_PAGE,
    "api-docs": OF_THE_PAGE,
    "api-docs-asset": OF_THE_PAGE,
}
#: POSTs beside what the page's operations do.
POSTS = {"core:tokens": WITH_PASSWORD}
SLUGS = {"cases": PROCESSES, "imports": SHEETS, "registers": REGISTERS, "public": REGISTERS, "filters": REGISTERS}


def pages(patterns: list[Any] | None = None, prefix: str = "") -> Iterator[str]:
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            if pattern.namespace != "api":
                inner = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
                yield from pages(pattern.url_patterns, inner)
        elif isinstance(pattern, URLPattern) and pattern.name:
            yield f"{prefix}{pattern.name}"


@pytest.fixture
def operations(db: Any) -> dict[str, str]:
    """Operation → method."""
    document = Client().get("/api/v1/openapi.json").json()
    return {
        operation["operationId"]: method.upper()
        for methods in document["paths"].values()
        for method, operation in methods.items()
    }


def meant(name: str) -> list[str]:
    """The operations an entry stands for."""
    if "*" not in name:
        return [name]
    slugs = SLUGS[name.partition("_")[0]]
    return [name.replace("*", slug.replace("-", "_")).removesuffix("_") for slug in slugs]


def test_every_page_has_its_operations_or_a_reason(operations) -> None:
    found = {name for name in pages() if not name.startswith(ALLAUTH)}
    assert found - set(PAGES) == set()
    assert set(PAGES) - found == set()
    named = {one for held in PAGES.values() if isinstance(held, list) for name in held for one in meant(name)}
    optional = {f"cases_{slug}_{what}" for slug in PROCESSES for what in ("changes", "standings")}
    # What a register need not have: the next test says which of them has what.
    for slug in (each.replace("-", "_") for each in REGISTERS):
        optional |= {f"registers_{slug}_{what}" for what in ("look_up", "map", "reveal")}
        optional |= {f"public_{slug}{what}" for what in ("", "_list", "_figures", "_map")}
    assert named - optional - set(operations) == set()


def test_a_page_that_is_posted_to_has_an_operation_that_writes(operations) -> None:
    """Whether a page takes a POST is asked of the decorators around its view."""
    lacking = []
    for name, held in PAGES.items():
        if not isinstance(held, list) or name in POSTS:
            continue
        writes = {operations[one] for each in held for one in meant(each) if one in operations} - {"GET"}
        if takes_post(view_of(name)) and not writes:
            lacking.append(name)
    assert lacking == []


def view_of(name: str) -> Any:
    wanted = name.split(":")
    patterns: Any = get_resolver().url_patterns
    for namespace in wanted[:-1]:
        patterns = [
            inner
            for one in patterns
            if isinstance(one, URLResolver) and one.namespace == namespace
            for inner in one.url_patterns
        ]
    return next(one.callback for one in flat(patterns) if one.name == wanted[-1])


def flat(patterns: Any) -> Iterator[URLPattern]:
    for one in patterns:
        if isinstance(one, URLResolver):
            yield from flat(one.url_patterns)
        else:
            yield one


def takes_post(view: Any) -> bool:
    """Told by the decorator `require_…` around the view, whatever else is around it."""
    inner = view
    while inner is not None:
        methods = getattr(inner, "__closure__", None) or ()
        for cell in methods:
            held = cell.cell_contents
            if isinstance(held, list) and held and all(one in ("GET", "HEAD", "POST") for one in held):
                return "POST" in held
        inner = getattr(inner, "__wrapped__", None)
    return True  # nothing says it does not


def test_every_declaration_is_wholly_reachable(operations) -> None:
    for process in PROCESSES.values():
        key = f"cases_{process.slug.replace('-', '_')}"
        for what in ("list", "one", "timeline", "changes", "standings", "step", "extend", "urge", "begin"):
            begun_by_the_system = what == "begin" and process.slug in (
                "assessment",
                "occasion",
                "dormancy",
                "partysession",
                "gradingsheet",
            )
            assert (f"{key}_{what}" in operations) != begun_by_the_system
        for what in ("draft", "attach", "detach"):
            assert (f"{key}_{what}" in operations) == (process.slug in WIZARDS)
        assert (f"exports_{process.slug.replace('-', '_')}_ask" in operations) == bool(process.columns)
    for register in REGISTERS.values():
        key = register.slug.replace("-", "_")
        for name in (f"registers_{key}", f"registers_{key}_list", f"registers_{key}_figures", f"exports_{key}_ask"):
            assert name in operations
        for what in ("list", "one", "keep", "change", "drop"):
            assert f"filters_{key}_{what}" in operations
        assert (f"registers_{key}_look_up" in operations) == bool(register.keys)
        assert (f"registers_{key}_map" in operations) == (register.point is not None)
        assert (f"public_{key}_list" in operations) == (register.public is not None)
    for sheet in SHEETS.values():
        key = f"imports_{sheet.slug.replace('-', '_')}"
        asked = "list one rows row report obstacles template places rejected begin decide apply undo recheck cancel"
        assert {f"{key}_{what}" for what in asked.split()} <= set(operations)
