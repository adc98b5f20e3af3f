"""Second factors are rows of the library that asks for them; ours is that nobody puts one in unseen.

Whoever could exchange the secret of an account would pass its second step with a device of their own.
"""

from __future__ import annotations

from allauth.mfa.models import Authenticator

from linli.core.audit.marks import mark_library

# When it was last used changes with every login and opens nothing.
mark_library(Authenticator, ("user", "type", "data", "created_at"), "两步验证")
