"""The compose file, looked at without an engine: sound, hardened, and speaking of settings and routes that exist."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts.run.environment import CHECKOUT, GIVEN_SETTINGS

TOOLS = Path(sys.executable).parent
COMPOSE = (CHECKOUT / "docker-compose.yml").read_text(encoding="utf-8")
CONTENT: dict[str, Any] = yaml.safe_load(COMPOSE)
SERVICES: dict[str, dict[str, Any]] = CONTENT["services"]
PRODUCT = [name for name, service in SERVICES.items() if "REGISTRATUR_IMAGE" in service["image"]]
SET_UP_ALONE = {"DATABASE_ADMIN_URL", "REGISTRATUR_PASSWORD", "REGISTRATUR_WORKERS"}


def test_compose_accepts_the_file() -> None:
    done = subprocess.run(
        [TOOLS / "docker-compose", "-f", CHECKOUT / "docker-compose.yml", "config", "-q"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")


def test_the_dockerfile_has_no_finding() -> None:
    done = subprocess.run(
        [TOOLS / "hadolint", "--no-color", CHECKOUT / "Dockerfile"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("name", PRODUCT)
def test_every_variable_is_a_setting(name: str) -> None:
    told = {variable.removesuffix("_FILE") for variable in SERVICES[name].get("environment", {})}
    assert told <= {*GIVEN_SETTINGS, *SET_UP_ALONE}


def test_every_secret_that_is_named_is_made_and_mounted() -> None:
    made = set(re.findall(r"^keep (\w+)", (CHECKOUT / "scripts/compose/up").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(CONTENT["secrets"]) == made
    for service in SERVICES.values():
        named = set(re.findall(r"/run/secrets/(\w+)", str(service)))
        assert named == set(service.get("secrets", []))


def test_no_password_stands_in_the_file() -> None:
    for service in SERVICES.values():
        for variable, value in service.get("environment", {}).items():
            if re.search(r"PASSWORD|SECRET|KEY|DATABASE_URL|BROKER_URL", variable):
                assert str(value).startswith("/run/secrets/"), variable


@pytest.mark.parametrize("name", PRODUCT)
def test_programs_of_the_product_can_write_nowhere_but_to_their_volumes(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


@pytest.mark.parametrize("name", [name for name in SERVICES if name not in {"setup", "volumes"}])
def test_every_service_that_stays_has_a_limit_of_memory(name: str) -> None:
    assert "mem_limit" in SERVICES[name]


@pytest.mark.parametrize("name", [name for name in SERVICES if name not in {"setup", "volumes", "watch"}])
def test_every_service_that_stays_is_asked_whether_it_is_well(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"]


def test_the_health_check_of_the_pages_asks_a_route_that_exists() -> None:
    from frontend.probes import ALIVE, READY

    asked = re.findall(r"127\.0\.0\.1:8000(/\w+)", str(SERVICES["web"]["healthcheck"]))
    assert asked
    assert set(asked) <= {ALIVE, READY}


def test_only_the_proxy_is_reachable_and_only_from_this_machine_unless_told_otherwise() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    assert all(port.startswith("${REGISTRATUR_ADDRESS:-127.0.0.1}:") for port in SERVICES["proxy"]["ports"])


def test_the_volumes_are_named() -> None:
    assert set(CONTENT["volumes"]) >= {"state", "database", "objects", "search"}
