"""Finding in registers: one spelling and the tokens of a row as functions, the tally, saved filters, share links."""

import django.contrib.postgres.fields
import django.db.models.deletion
import linli.core.access.models
import linli.core.clock
from django.conf import settings
from django.db import migrations, models
from linli.core.registers.schema import DROP_FUNCTIONS, FUNCTIONS


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0004_accounts_are_managed'),
    ]

    operations = [
        migrations.RunSQL(FUNCTIONS, DROP_FUNCTIONS),
        migrations.CreateModel(
            name='Tally',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('register', models.CharField(max_length=40)),
                ('scope', models.CharField(blank=True, db_collation='C', help_text="an area's path; empty: all", max_length=200)),
                ('facets', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ('n', models.BigIntegerField()),
            ],
            options={
                'verbose_name': '名册计数',
                'indexes': [models.Index(fields=['register', 'scope'], name='core_tally_scope')],
            },
        ),
        migrations.CreateModel(
            name='SavedFilter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.CharField(default=linli.core.access.models.new_uid, editable=False, max_length=22, unique=True)),
                ('register', models.CharField(max_length=40)),
                ('name', models.CharField(max_length=40, verbose_name='名字')),
                ('params', models.JSONField(default=dict)),
                ('is_default', models.BooleanField(default=False, verbose_name='打开名册时先用')),
                ('created_at', models.DateTimeField(default=linli.core.clock.now, editable=False)),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='谁的')),
            ],
            options={
                'verbose_name': '保存的筛选',
                'ordering': ['name', 'id'],
                'constraints': [models.UniqueConstraint(fields=('owner', 'register', 'name'), name='core_saved_filter_name_once'), models.UniqueConstraint(condition=models.Q(('is_default', True)), fields=('owner', 'register'), name='core_saved_filter_one_default')],
            },
        ),
        migrations.CreateModel(
            name='ShareLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.CharField(default=linli.core.access.models.new_uid, editable=False, max_length=22, unique=True)),
                ('register', models.CharField(max_length=40)),
                ('params', models.JSONField(default=dict)),
                ('view', models.CharField(blank=True, max_length=10, verbose_name='打开时看到')),
                ('note', models.CharField(blank=True, max_length=40, verbose_name='说明')),
                ('created_at', models.DateTimeField(default=linli.core.clock.now, editable=False)),
                ('expires_on', models.DateField(blank=True, help_text='不填就一直有效，直到收回', null=True, verbose_name='有效至')),
                ('revoked_at', models.DateTimeField(blank=True, null=True, verbose_name='收回于')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='谁发的')),
            ],
            options={
                'verbose_name': '分享链接',
                'indexes': [models.Index(fields=['owner', '-created_at'], name='core_share_link_owner')],
            },
        ),
    ]
