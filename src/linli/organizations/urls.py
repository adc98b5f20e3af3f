"""Addresses of organizations. Public ones are short: /o/… is what the QR code holds."""

from __future__ import annotations

from django.urls import path

from linli.organizations.web import activities, credit, federation, incubation, legal, party, public, ranking, views

app_name = "organizations"

urlpatterns = [
    path("orgs/", public.public_list, name="public_list"),
    path("orgs/points.json", public.points, name="points"),
    path("o/<slug:uid>/", public.public_page, name="public"),
    path("o/<slug:uid>/certificate/", public.certificate, name="certificate"),
    path("o/<slug:uid>/activities.ics", activities.organization_feed, name="organization_feed"),
    path("activities/", activities.calendar, name="calendar"),
    path("activities.ics", activities.feed, name="activities_feed"),
    path("activities/<slug:uid>/", activities.activity, name="activity"),
    path("activities/<slug:uid>/poster/", activities.poster, name="activity_poster"),
    path("incubators/", incubation.incubators, name="incubators"),
    path("years/", activities.years, name="years"),
    path("publicity/", public.notices, name="notices"),
    path("publicity/<slug:uid>/", public.notice, name="notice"),
    path("register/", views.register, name="register"),
    path("register/<slug:uid>/", views.record, name="record"),
    path("register/<slug:uid>/credit/", credit.credit_record, name="credit_record"),
    path("register/<slug:uid>/credit/begin/", credit.listing_begin, name="listing_begin"),
    path("register/<slug:uid>/incubation/", incubation.begin, name="begin_incubation"),
    path("register/<slug:uid>/activity/", activities.begin, name="begin_activity"),
    path("register/<slug:uid>/registration/", legal.registration_begin, name="registration_begin"),
    path("register/<slug:uid>/deregistration/", legal.deregistration_begin, name="deregistration_begin"),
    path("register/<slug:uid>/report/", legal.report_begin, name="report_begin"),
    path("register/<slug:uid>/<slug:kind>/", views.amend, name="amend"),
    path("filings/begin/", views.begin, name="begin"),
    path("similar/", views.similar, name="similar"),
    path("federations/", federation.federations, name="federations"),
    path("federations/open/", federation.federation_open, name="federation_open"),
    path("federations/<slug:uid>/", federation.federation, name="federation"),
    path("federations/<slug:uid>/join/", federation.join, name="join"),
    path("federations/<slug:uid>/enquire/", federation.enquire, name="enquire"),
    path("federations/<slug:uid>/begin/<slug:what>/", federation.federation_begin, name="federation_begin"),
    path("enquiries/<slug:uid>/", federation.enquiry, name="enquiry"),
    path("members/<slug:uid>/", federation.member, name="member"),
    path("members/<slug:uid>/<slug:kind>/", federation.member_matter, name="member_matter"),
    path("party/", party.streets, name="party_streets"),
    path("party/<slug:uid>/", party.party, name="party"),
    path("party/<slug:uid>/suggest/", party.suggest, name="party_suggest"),
    path("party/<slug:uid>/enter/<slug:what>/", party.enter, name="party_enter"),
    path("party/<slug:uid>/organizations/<slug:figure>/", party.behind, name="party_behind"),
    path("party-posts/<slug:uid>/end/", party.post_end, name="committee_post_end"),
    path("party-members/<slug:uid>/", party.member, name="party_member"),
    path("credit/", credit.credit_lists, name="credit_lists"),
    path("credit/<slug:uid>/withdraw/", credit.info_withdraw, name="info_withdraw"),
    path("ranking/", ranking.ranking, name="ranking"),
    path("ranking/<slug:uid>/", ranking.standing, name="standing"),
    path("commendations/", ranking.commendation_lists, name="commendations"),
    path("commendations/begin/", ranking.commendation_begin, name="begin_commendation"),
    path("commendations/<slug:uid>/", ranking.commendation_list, name="commendation"),
    path("mine/", views.mine, name="mine"),
]
