"""Which implementation wrote a request, whose key a service has, how an opened ticket differs."""

import pytest

from app.engine.context import Context
from app.engine.knowledge import Knowledge
from app.engine.memory import Memory
from app.engine.readings.kerberos import differences, is_hand_written, is_krbtgt, learn_opened, owner, tool_of, weak_only, written
from app.model.details import KerberosAs, KerberosTgs
from app.model.events import EventKerberos
from tests.cases.forged_ticket import inside, pac
from tests.engine.detectors.builders import START
from tests.engine.detectors.builders_kerberos import HASH_ONLY, IMPACKET, RUBEUS, WINDOWS


def asked(values: dict[str, object], **more: object) -> KerberosAs:
    return KerberosAs(**(values | more))  # type: ignore[arg-type]


def test_tools_write_their_own_requests() -> None:
    assert is_hand_written(asked(RUBEUS))
    assert is_hand_written(asked(IMPACKET))
    assert is_hand_written(asked(RUBEUS, options=0x40810010))  # no address of the computer
    assert tool_of(asked(IMPACKET)) == "impacket"


def test_windows_and_libraries_do_not() -> None:
    assert not is_hand_written(asked(WINDOWS))
    assert not is_hand_written(asked(HASH_ONLY))
    assert not is_hand_written(asked({"request_etypes": (18, 17, 23), "options": 0x40800010, "pa_types": (2, 149)}))
    assert tool_of(asked(WINDOWS)) == ""


def test_tools_are_told_by_their_requests_for_service_tickets() -> None:
    assert tool_of(KerberosTgs(request_etypes=(23, 16, 3, 18), options=0x40810010)) == "impacket"
    assert tool_of(KerberosTgs(request_etypes=(18, 17, 23, 24), options=0x40800010)) == "Rubeus"
    assert tool_of(KerberosTgs(request_etypes=(18, 17, 23, 24, -135), options=0x40810000, pa_types=(1, 167))) == ""
    assert tool_of(EventKerberos(fields={"TicketOptions": "0x50800000"})) == "impacket"


@pytest.mark.parametrize(
    ("service", "name"),
    [
        ("cifs/files.example.org", "files$"), ("HOST/FILES", "files$"), ("ldap/dc1.example.org/example.org", "dc1$"),
        ("HTTP/web.example.org", "http/web.example.org"), ("WS1$", "ws1$"), ("svc_web@EXAMPLE.ORG", "svc_web$"),
    ],
)  # fmt: skip
def test_services_of_a_computer_share_its_key(service: str, name: str) -> None:
    assert owner(service) == name


def test_names_and_types() -> None:
    assert is_krbtgt("krbtgt/EXAMPLE.ORG") and is_krbtgt("KRBTGT") and not is_krbtgt("krbtgt2") and not is_krbtgt(None)
    assert weak_only((23, 3)) and not weak_only((18, 23)) and not weak_only(())


def test_an_opened_ticket_is_compared_with_issued_ones() -> None:
    ctx, key = Context(Knowledge(), Memory()), ("granting", "example.org")
    for one in range(3):
        learn_opened(ctx, key, inside(f"user{one}"), pac(f"user{one}"), START)

    assert list(differences(ctx, key, inside(), pac(), START)) == []
    assert [weight for weight, _ in differences(ctx, key, inside(), None, START)] == ["medium"]
    assert [weight for weight, _ in differences(ctx, key, inside(), pac(domain="example.org"), START)] == ["medium"]
    assert [weight for weight, _ in differences(ctx, key, inside(), pac(requestor="S-1-5-21-9-9-9-500"), START)] == ["high"]


def test_a_realm_in_small_letters() -> None:
    ctx = Context(Knowledge(), Memory())

    assert [weight for weight, _ in written(ctx, "example.org", False, START)] == ["medium"]
    assert list(written(ctx, "EXAMPLE.ORG", True, START)) == []
    assert [weight for weight, _ in written(ctx, "example.org", False, START)] == ["high"]
    assert list(written(ctx, "EXAMPLE.ORG", False, START)) == list(written(ctx, None, False, START)) == []
