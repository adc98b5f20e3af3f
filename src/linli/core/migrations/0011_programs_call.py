"""Tokens of programs, answers kept for repeats, counters of calls, webhooks and their messages."""

import django.contrib.postgres.fields
import django.db.models.deletion
import linli.core.access.models
import linli.core.clock
import linli.core.privacy.fields
from django.conf import settings
from django.db import migrations, models


# Counters are worth a minute: no write-ahead log for them, and a replica does not carry them.
UNLOGGED = "ALTER TABLE core_ratewindow SET UNLOGGED"
LOGGED = "ALTER TABLE core_ratewindow SET LOGGED"


class Migration(migrations.Migration):
    """New tables alone; nothing that is there is touched."""

    dependencies = [
        ("core", "0010_events_are_searched"),
    ]

    operations = [
        migrations.CreateModel(
            name="KeptAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("caller", models.CharField(help_text="token or account", max_length=40)),
                ("key", models.CharField(max_length=255)),
                ("fingerprint", models.CharField(max_length=64)),
                ("status", models.PositiveSmallIntegerField(null=True)),
                ("headers", models.JSONField(default=dict)),
                ("body", linli.core.privacy.fields.EncryptedTextField(blank=True, default="")),
                ("kept", models.BooleanField(default=True)),
                ("made_at", models.DateTimeField(default=linli.core.clock.now, editable=False)),
            ],
            options={
                "verbose_name": "留存的应答",
                "indexes": [models.Index(fields=["made_at"], name="core_keptanswer_age")],
                "constraints": [models.UniqueConstraint(fields=("caller", "key"), name="core_keptanswer_once")],
            },
        ),
        migrations.CreateModel(
            name="RateWindow",
            fields=[
                ("key", models.CharField(max_length=80, primary_key=True, serialize=False)),
                ("started", models.BigIntegerField(help_text="minutes since 1970")),
                ("used", models.PositiveIntegerField()),
            ],
            options={
                "verbose_name": "调用计数",
                "indexes": [models.Index(fields=["started"], name="core_ratewindow_age")],
            },
        ),
        migrations.CreateModel(
            name="Webhook",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "uid",
                    models.CharField(
                        default=linli.core.access.models.new_uid, editable=False, max_length=22, unique=True
                    ),
                ),
                ("name", models.CharField(max_length=60, verbose_name="用途")),
                ("url", models.CharField(max_length=500, verbose_name="接收地址")),
                (
                    "patterns",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=80), size=None, verbose_name="事件"
                    ),
                ),
                ("secret", linli.core.privacy.fields.EncryptedTextField(editable=False)),
                (
                    "former_secret",
                    linli.core.privacy.fields.EncryptedTextField(blank=True, default="", editable=False),
                ),
                ("former_until", models.DateTimeField(blank=True, editable=False, null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[("active", "启用"), ("paused", "已暂停"), ("disabled", "因一直失败已停用")],
                        default="active",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(default=linli.core.clock.now, editable=False, verbose_name="建立"),
                ),
                ("failing_since", models.DateTimeField(blank=True, editable=False, null=True)),
                (
                    "last_sent_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="最近送达"),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="webhooks",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "回调",
                'indexes': [
                    models.Index(fields=["user", "-id"], name="core_webhook_user"),
                    models.Index(condition=models.Q(("state", "active")), fields=["id"], name="core_webhook_active"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "uid",
                    models.CharField(
                        default=linli.core.access.models.new_uid, editable=False, max_length=22, unique=True
                    ),
                ),
                ("name", models.CharField(max_length=80, verbose_name="事件")),
                ("body", models.TextField(blank=True)),
                (
                    "state",
                    models.CharField(
                        choices=[("queued", "等待发送"), ("sent", "已送达"), ("failed", "没有送到")],
                        default="queued",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("last_status", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("last_error", models.CharField(blank=True, max_length=200)),
                ("made_at", models.DateTimeField(default=linli.core.clock.now, editable=False)),
                ("next_at", models.DateTimeField(default=linli.core.clock.now)),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                (
                    "event",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.event",
                    ),
                ),
                (
                    "webhook",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="messages", to="core.webhook"
                    ),
                ),
            ],
            options={
                "verbose_name": "回调消息",
                'indexes': [
                    models.Index(
                condition=models.Q(("state", "queued")), fields=["next_at"], name="core_message_queued"
            ),
                    models.Index(fields=["webhook", "-id"], name="core_message_list"),
                    models.Index(fields=["made_at"], name="core_message_age"),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=("webhook", "event"), name="core_message_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ApiToken",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "uid",
                    models.CharField(
                        default=linli.core.access.models.new_uid, editable=False, max_length=22, unique=True
                    ),
                ),
                ("name", models.CharField(max_length=60, verbose_name="用途")),
                (
                    "prefix",
                    models.CharField(
                        help_text="what may be shown to recognise it", max_length=16, verbose_name="开头"
                    ),
                ),
                ("secret_hash", models.CharField(editable=False, max_length=64, unique=True)),
                (
                    "scopes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), size=None, verbose_name="范围"
                    ),
                ),
                (
                    "scope",
                    models.CharField(
                        blank=True, db_collation="C", help_text="widest area of the holder's posts", max_length=200
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(default=linli.core.clock.now, editable=False, verbose_name="建立"),
                ),
                ("expires_at", models.DateTimeField(verbose_name="到期")),
                ("last_used_at", models.DateTimeField(blank=True, null=True, verbose_name="最近使用")),
                ("revoked_at", models.DateTimeField(blank=True, null=True, verbose_name="作废")),
                (
                    "revoked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="api_tokens",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "接口令牌",
                "indexes": [models.Index(fields=["user", "-id"], name="core_apitoken_user")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("created_at"))), name="core_apitoken_ends"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("revoked_at__isnull", True), ("revoked_by__isnull", True)),
                            models.Q(("revoked_at__isnull", False), ("revoked_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="core_apitoken_revoked_by_somebody",
                    ),
                ],
            },
        ),
        migrations.RunSQL(UNLOGGED, LOGGED),
    ]
