"""Who is signed in."""

from __future__ import annotations

from django.http import HttpRequest

from linli.core.access.models import User


def user_of(request: HttpRequest) -> User:
    """The person behind a request that is not open to visitors."""
    assert isinstance(request.user, User), "the frame lets nobody else in"
    return request.user
