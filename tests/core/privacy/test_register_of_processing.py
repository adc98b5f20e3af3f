"""No personal field without an entry of the register, no entry without its words, no table that points to a person
without saying whether it is about that person. Whoever adds a model learns it here."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from django.apps import apps
from django.db import models
from django.test import Client
from tests.personas import PERSONAS, World

from linli.core.access.models import User
from linli.core.parameters import REGISTRY
from linli.core.privacy.choices import Ground, Trigger
from linli.core.privacy.declare import HOLDINGS, NOT_PERSONAL, PROCESSINGS, RETENTIONS, holdings_of
from linli.core.privacy.fields import EncryptedTextField

SignedIn = Callable[..., Client]
PERSONAL = re.compile(
    r"phone|id_number|email|ip_address|user_agent|username|address|birth|gender"
    r"|(^|_)(leader|claimant|person|contact|applicant|founder|recipient)\w*_name"
)
TYPES = (EncryptedTextField, models.EmailField, models.GenericIPAddressField)
HOW = "say so in the domain's holdings.py: a Holding, or declare_not_personal with the reason"


def personal_fields() -> Iterator[tuple[type[models.Model], models.Field]]:  # type: ignore[type-arg]
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.local_fields:
            typed = isinstance(field, TYPES)
            named = PERSONAL.search(field.name) and isinstance(field, models.CharField | models.TextField)
            if typed or named:
                yield model, field


def test_every_personal_field_is_answered_for() -> None:
    found = list(personal_fields())
    lost = []
    for model, field in found:
        answered = {
            name
            for holding in holdings_of(model)
            for name in (*holding.answers_for, *(item.name for item in holding.items))
        }
        label = model._meta.label.replace(".", "_")
        if field.name not in answered and not {label, f"{label}_{field.name}"} & NOT_PERSONAL.keys():
            lost.append(f"{model._meta.label}.{field.name}")

    assert ("core.User", "phone") in {(model._meta.label, field.name) for model, field in found}
    assert lost == [], HOW


def test_every_table_that_points_to_a_person_is_answered_for() -> None:
    lost = [
        model._meta.label
        for model in apps.get_models(include_auto_created=True)
        if any(
            isinstance(field, models.ForeignObject) and field.related_model is User
            for field in model._meta.local_fields
        )
        and not list(holdings_of(model))
        and model._meta.label.replace(".", "_") not in NOT_PERSONAL
    ]

    assert lost == [], HOW


def test_an_exception_names_something_that_exists_and_says_why() -> None:
    for key, reason in NOT_PERSONAL.items():
        app, name, *field = key.split("_", 2)
        model = apps.get_model(app, name)
        assert len(reason) >= 4
        assert not field or model._meta.get_field(field[0])


def test_every_holding_belongs_to_an_entry_and_reads_its_fields() -> None:
    assert {holding.processing for holding in HOLDINGS.values()} <= PROCESSINGS.keys()
    for holding in HOLDINGS.values():
        names = {field.name for field in holding.model._meta.get_fields()}
        assert {item.name for item in holding.items if item.show is None} <= names, holding.slug
        assert set(holding.answers_for) <= names, holding.slug
        assert set(holding.correctable) <= {item.name for item in holding.items}, holding.slug
        assert bool(holding.correctable) == (holding.correct is not None), holding.slug


def test_every_encrypted_field_is_shown_as_personal() -> None:
    for holding in HOLDINGS.values():
        for item in holding.items:
            field = next((f for f in holding.model._meta.local_fields if f.name == item.name), None)
            if isinstance(field, EncryptedTextField) and item.name != "words":
                assert item.kind is not None, f"{holding.slug}.{item.name}"
            if "id_number" in item.name:
                assert item.sensitive, f"{holding.slug}.{item.name}"


def test_every_entry_says_what_the_law_asks() -> None:
    for entry in PROCESSINGS.values():
        said = (
            entry.label,
            entry.purpose,
            entry.basis,
            entry.people,
            entry.sources,
            entry.recipients,
            entry.security,
        )
        assert all(said), entry.slug
        assert entry.sure in ("[V]", "[V-]", "[M]")
        assert entry.asks_consent == (entry.ground == Ground.CONSENT)
        assert entry.holdings, entry.slug
        assert bool(entry.sensitive_fields) == (Trigger.SENSITIVE in entry.reasons), entry.slug


def test_every_rule_of_keeping_has_a_time_and_a_source() -> None:
    for rule in RETENTIONS.values():
        assert rule.processing in PROCESSINGS
        assert rule.source
        assert rule.parameter or rule.act is None, rule.slug
        if rule.act:
            parameter = REGISTRY[rule.parameter]
            assert parameter.type is int
            assert parameter.least >= 1  # nothing goes at once by a slip of a digit
            assert rule.since


def test_logs_are_kept_for_half_a_year_at_least_whatever_a_district_sets() -> None:
    assert REGISTRY["retention.login_log_days"].least == 180
    assert RETENTIONS["events"].act is None
    assert {rule.model_label for rule in RETENTIONS.values() if rule.act}.isdisjoint(
        {"core.Event", "core.Disclosure"}
    )


READ = {
    "register": {"street_officer", "district_head", "secadmin", "auditor"},
    "retention": {"district_head", "secadmin"},
}


@pytest.mark.parametrize("who", PERSONAS)
def test_who_opens_the_register_and_the_rules(world: World, signed_in: SignedIn, who: str) -> None:
    from tests.personas import STAFF

    client = signed_in(who)
    outside = {"federation_secretary", "federation_treasurer", "mediator", "evaluator", "merchant", "volunteer"}
    reads = who in STAFF and who not in outside

    assert client.get("/settings/processing/").status_code == (200 if reads else 404)
    assert client.get("/settings/retention/").status_code == (200 if who in READ["retention"] else 404)
    new = client.get("/settings/processing/new/").status_code
    assert new == (200 if who == "district_head" else 403 if reads else 404)
