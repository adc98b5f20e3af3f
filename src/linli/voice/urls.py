"""Addresses of what residents say."""

from __future__ import annotations

from django.urls import path

from linli.voice.web import board, matters, views

app_name = "voice"

urlpatterns = [
    path("", views.home, name="home"),
    path("begin/", views.begin, name="begin"),
    path("enter/", views.enter, name="enter"),
    path("mine/", views.mine, name="mine"),
    path("r/<slug:uid>/", views.public, name="public"),
    path("r/<slug:uid>/join/", views.join, name="join"),
    path("board/<slug:key>/", board.board, name="board"),
    path("board/<slug:key>/feed.rss", board.BoardFeed(), name="feed"),
    path("board/<slug:key>/data.csv", board.data, name="data"),
    path("board/<slug:key>/columns/", board.dictionary, name="dictionary"),
    path("matters/", matters.catalogue, name="matters"),
    path("duties/", matters.duties, name="duties"),
]
