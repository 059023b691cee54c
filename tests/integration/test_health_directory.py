"""Health of a directory source against a real Samba domain: passwords wrong, ending, ended; a controller that is gone."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.engine.health.sources import source_facts
from app.engine.health.tallies import Tallies
from app.model.source import SourceState
from tests.integration.samba.controller import BASE, HOST, Controller, missing
from tests.integration.test_directory import READER, READER_PASSWORD, Source

pytestmark = [pytest.mark.slow, pytest.mark.skipif(bool(missing()), reason=missing() or "a controller can be started")]


@pytest.fixture(scope="module")
def domain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Controller]:
    controller = Controller(tmp_path_factory.mktemp("domain"))
    try:
        controller.provision()
        controller.run("samba-tool", "user", "create", "reader", READER_PASSWORD)
        controller.run("samba-tool", "domain", "passwordsettings", "set", "--max-pwd-age=20")
        controller.start()
        yield controller
    finally:
        controller.remove()


def facts(source: Source) -> list[tuple[str, str]]:
    """What follows from what the source has said so far."""
    word, error = next(one["state"] for one in reversed(source.lines) if "state" in one)
    end = next((one["expires"] for one in reversed(source.lines) if "expires" in one), None)
    state = SourceState(id="a", kind="directory", label=f"ldaps://{HOST}", state=word, error=error, expires=end)
    return [(one.rule, one.what) for one in source_facts([state], time.time_ns() // 1000, Tallies())]


def test_a_password_that_ends_soon_and_one_that_never_does(domain: Controller) -> None:
    with Source(domain, user=READER, password=READER_PASSWORD) as source:
        source.state("running")
        [(rule, what)] = facts(source)
        assert rule == "directory-password-expiring" and ("19 days" in what or "20 days" in what)
    domain.run("samba-tool", "user", "setexpiry", "reader", "--noexpiry")
    with Source(domain, user=READER, password=READER_PASSWORD) as source:
        source.state("running")
        assert facts(source) == []


def test_a_wrong_password(domain: Controller) -> None:
    with Source(domain, user=READER, password="not the password") as source:
        source.state("failed", "not accept the user")
        assert [rule for rule, _ in facts(source)] == ["directory-credentials"]


def test_a_password_that_has_ended(domain: Controller) -> None:
    domain.run("samba-tool", "user", "create", "late", READER_PASSWORD)
    domain.modify(f"dn: CN=late,CN=Users,{BASE}\nchangetype: modify\nreplace: pwdLastSet\npwdLastSet: 0\n")
    with Source(domain, user="late@example.test", password=READER_PASSWORD) as source:
        source.state("failed")
        assert [rule for rule, _ in facts(source)] == ["directory-password-expired"], facts(source)


def test_a_controller_that_is_gone(domain: Controller, tmp_path: Path) -> None:
    with Source(domain, user=READER, password=READER_PASSWORD, state=str(tmp_path / "state")) as source:
        source.state("running")
        domain.stop()
        source.state("failed", "cannot be reached")
        assert [rule for rule, _ in facts(source)] == ["controllers-unreachable"]
