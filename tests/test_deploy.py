"""What lies in deploy/ fits the program: settings, units, the site of nginx, alarms."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from linli.cli import BUILT_IN, Commands
from linli.core.health import PROBES
from linli.core.monitoring import callers, metrics
from linli.core.parameters import REGISTRY

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
HARDENING = {
    *("CapabilityBoundingSet=", "NoNewPrivileges=yes", "ProtectSystem=strict", "ProtectHome=yes", "PrivateTmp=yes"),
    *("PrivateDevices=yes", "ProtectKernelModules=yes", "RestrictNamespaces=yes", "UMask=0077", "User=linli"),
    *("SystemCallFilter=@system-service", "EnvironmentFile=/etc/linli.env", "StateDirectory=linli"),
}


def variables_read() -> set[str]:
    """Every variable that the settings and the commands read."""
    settings = (ROOT / "src/linli/settings.py").read_text(encoding="utf-8")
    read = set(re.findall(r"env\.\w+\(\s*\"([A-Z][A-Z0-9_]+)\"", settings))
    read |= {f"LINLI_{name.upper()}" for name in re.findall(r"\bsecret\(\"(\w+)\"\)", settings)}
    for path in (ROOT / "src/linli").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        read |= set(re.findall(r"envvar=\"([A-Z_]+)\"", text))
        read |= set(re.findall(r"environ(?:\.get\(|\[)\"(LINLI_[A-Z_]+)\"", text))
    return read | {"LINLI_BACKUP_PASSPHRASE"}


def test_the_example_of_settings_names_every_variable_and_no_other() -> None:
    lines = (DEPLOY / "linli.env").read_text(encoding="utf-8").splitlines()
    named = [match[1] for line in lines if (match := re.match(r"#?([A-Z][A-Z0-9_]+)=", line))]
    table = set(re.findall(r"`((?:LINLI_[A-Z0-9_]+|DATABASE_URL|EMAIL_URL))`", (ROOT / "docs/deploy.md").read_text()))

    assert sorted(named) == sorted(set(named))
    assert set(named) == variables_read()
    assert set(named) - table == set()


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_units_start_what_there_is_and_may_do_little(unit: Path) -> None:
    lines = set(unit.read_text(encoding="utf-8").splitlines())
    starts = [line for line in lines if line.startswith("ExecStart=")]
    command = starts[0].split("/linli ", 1)[1].split()

    assert len(starts) == 1
    assert command[0] in {*BUILT_IN, *Commands().added}
    assert HARDENING - lines == set()
    assert ("Type=notify" in lines) == (command[0] in ("web", "worker", "serve"))


def test_systemd_takes_them_for_well_guarded() -> None:
    """Where there is a systemd to ask; that the lines are there is tested above, everywhere."""
    for unit in UNITS if shutil.which("systemd-analyze") else ():
        command = ["systemd-analyze", "security", "--offline=true", "--threshold=20", str(unit)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout[-300:] + done.stderr


def test_the_site_of_nginx_fits() -> None:
    site = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    closed = set(re.findall(r"location = (\S+)\s+\{ return 404; \}", site))
    most = int(re.search(r"client_max_body_size (\d+)m;", site)[1])  # type: ignore[index]
    told = set(re.findall(r"proxy_set_header (\S+) ", site))

    assert closed == {*PROBES, "/metrics"}
    assert (REGISTRY["sheets.most_mb"].most or 0) + 5 <= most
    # Whatever says something about the caller is set or taken away, nothing is let through.
    known = {name.removeprefix("HTTP_").replace("_", "-").lower() for name in callers.FORWARDED}
    assert known | {"host", "x-forwarded-proto", "x-request-id"} <= {name.lower() for name in told}


def test_alarms_ask_for_figures_that_there_are() -> None:
    rules = yaml.safe_load((DEPLOY / "prometheus-rules.yml").read_text(encoding="utf-8"))["groups"][0]["rules"]
    counted = {f"{family.name}{end}" for family in metrics.OWN.collect() for end in ("", "_total", "_bucket")}
    known = {*metrics.FIGURES, *counted, "linli_database_up", "linli_replica_up", "linli_replica_lag_seconds"}
    asked = {name for rule in rules for name in re.findall(r"linli_\w+", rule["expr"])}

    assert len(rules) >= 8
    assert asked - known == set()
    assert all(rule["annotations"]["do"] for rule in rules)
