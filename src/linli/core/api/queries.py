"""Tokens as read by their holders and by administrators."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from linli.core.access.grants import Person, grants_of
from linli.core.access.models import User
from linli.core.api.models import ApiToken
from linli.core.api.rules import KEEPERS
from linli.core.privacy import keyed_hash


def hash_of(secret: str) -> str:
    """How a secret is looked up; never the secret itself."""
    return keyed_hash(secret.strip()[:200], "api_token")


def tokens_of(user: User) -> QuerySet[ApiToken]:
    """A person's own, newest first."""
    return ApiToken.objects.filter(user=user).order_by("-pk")


def tokens_visible_to(user: Person) -> QuerySet[ApiToken]:
    """List twin of the rule core.view_token."""
    own = Q(user=user.pk) if isinstance(user, User) and user.pk else Q(pk__in=())
    scopes = {grant.scope for grant in grants_of(user) if grant.role in KEEPERS}
    for scope in scopes:
        own |= Q(scope__startswith=scope) | Q(scope="")
    return ApiToken.objects.filter(own).select_related("user", "revoked_by")


def keeps_tokens(user: Person) -> bool:
    """Whether the person looks after the tokens of others."""
    return any(grant.role in KEEPERS for grant in grants_of(user))
