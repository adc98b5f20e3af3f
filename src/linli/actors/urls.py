"""Addresses of the administrators' pages."""

from __future__ import annotations

from django.urls import path

from linli.actors.web import accounts, bodies, posts, rights

app_name = "actors"

urlpatterns = [
    path("accounts/", accounts.account_list, name="accounts"),
    path("accounts/new/", accounts.account_new, name="account_new"),
    path("accounts/bulk/", accounts.account_bulk, name="account_bulk"),
    path("accounts/lock/", accounts.accounts_lock, name="accounts_lock"),
    path("accounts/<slug:uid>/", accounts.account_page, name="account"),
    path("accounts/<slug:uid>/<slug:verb>/", accounts.account_step, name="account_step"),
    path("bodies/", bodies.body_list, name="bodies"),
    path("bodies/new/", bodies.body_new, name="body_new"),
    path("bodies/<int:pk>/", bodies.body_page, name="body"),
    path("bodies/<int:pk>/<slug:verb>/", bodies.body_step, name="body_step"),
    path("posts/", posts.post_list, name="posts"),
    path("posts/new/", posts.post_new, name="post_new"),
    path("posts/vacant/", posts.vacant_posts, name="vacant"),
    path("posts/<int:pk>/", posts.post_page, name="post"),
    path("posts/<int:pk>/<slug:kind>/", posts.post_step, name="post_step"),
    path("rights/", rights.rights_page, name="rights"),
]
