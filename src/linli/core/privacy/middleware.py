"""Asking again: who agreed to an entry that has changed since is shown the change at the next login."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from linli.core.access.models import User

View = Callable[..., HttpResponse]
ASK = "linli.ask_consent"


@receiver(user_logged_in, dispatch_uid="linli.privacy.ask_consent")
def _logged_in(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    from linli.core.privacy.actions.consents import due_consents

    if due_consents(user):
        request.session[ASK] = True


class ConsentMiddleware:
    """Leads from the first page after the login to what has changed; "以后再说" ends it for this session."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: View, args: Any, kwargs: Any) -> HttpResponse | None:
        """Django's hook."""
        if request.method != "GET" or ASK not in request.session or not request.user.is_authenticated:
            return None
        if request.headers.get("HX-Request") == "true" or getattr(view, "in_background", False):
            return None
        name = request.resolver_match.view_name if request.resolver_match else ""
        if name.startswith(("account_", "mfa_")) or name in ("core:consents", "core:privacy", "core:close_account"):
            return None
        return redirect(f"{reverse('core:consents')}?{urlencode({'next': request.get_full_path()})}")
