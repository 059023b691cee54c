"""What a backup, a management system, a synchronisation or a name server does again is told once, then in a low voice."""

import pytest
from msgspec.structs import replace

from app.engine import running
from app.engine.detectors import DETECTORS
from app.engine.knowledge import Knowledge
from app.model.activity import Account, Activity
from app.model.alert import Alert, plain
from app.model.details import Ntlm, RpcCall
from app.model.identifiers import SPOOLSS
from app.model.tuning import DEFAULT, Tuning
from tests.cases.remote_execution import WMI_HOST, process
from tests.engine.detectors.builders import (
    DC1,
    DRSUAPI,
    HOUR,
    MINUTE,
    SAMR,
    SECOND,
    SVCCTL,
    WS1,
    WS2,
    act,
    as_req,
    bind,
    controller,
    dns,
)
from tests.engine.detectors.builders import FILES as SERVER
from tests.engine.detectors.builders_changes import account_event, administrators, dn, modify
from tests.engine.detectors.logs import CHANGES, CHANGES_ALL, DC, checked, logon, subject, tgt

DAY = 24 * HOUR
BY_ID = {one.id: one for one in DETECTORS}
ZONE = "example.org"


def alerts(name: str, activities: list[Activity], tuning: Tuning = DEFAULT) -> list[Alert]:
    knowledge = Knowledge()
    for one in activities:
        knowledge.observe(one)
    return running.run([BY_ID[name]], activities, knowledge, tuning=tuning)


def service(name: str, target: str = SERVER, *, at: int, source: str = WS1, user: str = "backup") -> list[Activity]:
    """A service made and started."""
    said = Account(name=user, domain="EXAMPLE")
    return [
        act(RpcCall(interface=SVCCTL, opnum=opnum, pipe="svcctl", stub={"service": name}), source, target, at=at + opnum * SECOND,
            account=said)
        for opnum in (12, 19)
    ]  # fmt: skip


def nights(count: int, name: str = "Helper") -> list[Activity]:
    """One service on three computers, each night."""
    targets = (SERVER, WS2, "192.0.2.77")
    return [
        one
        for night in range(count)
        for number, target in enumerate(targets)
        for one in service(name, target, at=night * DAY + number * 5 * MINUTE)
    ]


def test_one_service_on_many_computers_is_told_loudly_once_and_then_in_one_quiet_alert_of_a_month() -> None:
    said = alerts("remote_execution", nights(4))

    assert [one.severity for one in said] == ["medium", "low"]
    assert {len(one.finding.targets) for one in said} == {3}
    assert said[1].finding.last - said[1].finding.first > 2 * DAY
    assert [one.severity for one in alerts("remote_execution", nights(40))] == ["medium", "low", "low"]
    assert any("exclusion" in plain(one.text) for one in said[1].finding.facts)


def test_what_goes_on_within_hours_is_one_attack_and_stays_loud() -> None:
    later = service("Helper", WS2, at=9 * HOUR)
    (said,) = alerts("remote_execution", [*service("Helper", at=0), *later])

    assert said.severity == "medium"
    assert len(said.finding.targets) == 2


def test_a_controller_is_told_loudly_though_others_had_the_same_before() -> None:
    night = service("Helper", DC1, at=3 * DAY)
    said = alerts("remote_execution", [controller(DC1), *nights(2), *night, *service("Helper", DC1, at=4 * DAY)])

    assert [one.severity for one in said] == ["medium", "low", "high", "low"]


def test_a_controller_that_a_deployment_reaches_last_is_one_more_of_it() -> None:
    many = [one for number in range(7) for one in service("Helper", f"192.0.2.{100 + number}", at=number * MINUTE)]
    (said,) = alerts("remote_execution", [controller(DC1), *many, *service("Helper", DC1, at=8 * MINUTE)])

    assert said.severity == "medium"


SHELL = r"C:\Windows\System32\cmd.exe"


def by_wmi(command: str, *computers: str, at: int) -> list[Activity]:
    """A shell that WMI starts in a session from elsewhere, on one computer after the other."""
    found: list[Activity] = []
    for number, name in enumerate(computers):
        when = at + number * MINUTE
        found += [
            logon("inventory", WS1, at=when, computer=name, session=0x5000 + number),
            process(SHELL, WMI_HOST, command, at=when + SECOND, user="inventory", computer=name, session=0x5000 + number),
        ]
    return found


def test_one_program_that_wmi_starts_everywhere_is_told_loudly_once() -> None:
    where = [f"srv{number}.example.org" for number in range(8)]
    first = by_wmi("cmd.exe /c collect.cmd /run 17", *where, at=0)
    said = alerts("remote_execution", [*first, *by_wmi("cmd.exe /c collect.cmd /run 18", *where, at=7 * DAY)])

    assert [one.severity for one in said] == ["medium", "low"]
    assert {len(one.finding.targets) for one in said} == {8}


def test_another_program_by_wmi_or_one_with_a_tools_mark_is_loud_again() -> None:
    first = by_wmi("cmd.exe /c collect.cmd", "srv1.example.org", at=0)
    other = by_wmi("cmd.exe /c whoami", "srv1.example.org", at=2 * DAY)
    tool = [by_wmi(r"cmd.exe /Q /c dir 1> \\127.0.0.1\ADMIN$\__16 2>&1", "srv1.example.org", at=day * DAY) for day in (4, 6)]

    assert [one.severity for one in alerts("remote_execution", [*first, *other])] == ["medium", "medium"]
    assert [one.severity for one in alerts("remote_execution", [*tool[0], *tool[1]])] == ["medium", "medium"]


def test_a_program_by_wmi_is_loud_on_a_controller_unless_it_came_last() -> None:
    many = [f"srv{number}.example.org" for number in range(8)]
    alone = alerts("remote_execution", [tgt("bob"), *by_wmi("cmd.exe /c collect.cmd", DC, at=MINUTE)])
    last = alerts("remote_execution", [tgt("bob"), *by_wmi("cmd.exe /c collect.cmd", *many, DC, at=MINUTE)])

    assert [one.severity for one in (*alone, *last)] == ["high", "medium"]


def installed(path: str, name: str, target: str = SERVER, *, at: int = 0) -> list[Activity]:
    """A service made with a program that can be read, and started."""
    said = Account(name="backup", domain="EXAMPLE")
    return [
        act(RpcCall(interface=SVCCTL, opnum=opnum, pipe="svcctl", stub={"service": name, **more}), WS1, target,
            at=at + opnum * SECOND, account=said)
        for opnum, more in ((12, {"path": path}), (19, {}))
    ]  # fmt: skip


OWN = r"C:\Windows\BackupAgent\BackupHelper.exe /start"
FOREIGN = (
    r"C:\Windows\BackupAgent.exe", r"C:\Windows\Temp\BackupAgent\BackupAgent.exe", r"C:\Windows\System32\BackupAgent.exe",
    r"C:\Windows\System32\spool\drivers\color\BackupAgent.exe", r"%COMSPEC% /Q /c echo x > C:\Windows\BackupAgent\a.exe",
    r"\\192.0.2.9\ADMIN$\BackupAgent\BackupAgent.exe", r"C:\Windows\Helper\Helper.exe", r"C:\Users\Public\BackupAgent\a.exe",
    r"C:\Windows\BackupAgent\..\Temp\BackupAgent.exe",
)  # fmt: skip


def test_a_product_that_brings_its_agent_is_told_quietly_and_on_a_controller_at_medium() -> None:
    (said,) = alerts("remote_execution", installed(OWN, "BackupAgent"))
    (there,) = alerts("remote_execution", [controller(DC1), *installed(OWN, "BackupAgent", DC1)])

    assert (said.severity, there.severity) == ("low", "medium")
    assert any("products" in plain(one.text) for one in there.finding.facts)


@pytest.mark.parametrize("path", FOREIGN)
def test_a_program_where_tools_put_theirs_or_under_a_foreign_name_stays_loud(path: str) -> None:
    (said,) = alerts("remote_execution", installed(path, "BackupAgent"))
    (there,) = alerts("remote_execution", [controller(DC1), *installed(path, "BackupAgent", DC1)])

    assert (said.severity, there.severity) == ("medium", "high")


def test_a_product_is_as_loud_as_anything_at_high_sensitivity() -> None:
    (said,) = alerts("remote_execution", installed(OWN, "BackupAgent"), Tuning(sensitivity="high"))

    assert said.severity == "medium"


def test_the_same_service_changed_to_run_a_shell_is_loud() -> None:
    (said,) = alerts("remote_execution", [*installed(OWN, "BackupAgent"), *installed(r"%COMSPEC% /c whoami", "BackupAgent")])

    assert said.severity == "medium"


def test_a_service_without_a_readable_name_is_a_routine_on_that_computer_alone() -> None:
    said = alerts("remote_execution", [*service("", at=0), *service("", at=DAY), *service("", WS2, at=2 * DAY)])

    assert [one.severity for one in said] == ["medium", "low", "medium"]


def test_a_routine_excuses_no_other_service_account_or_source() -> None:
    other = [
        *service("PSEXESVC", at=5 * DAY),
        *service("Helper", at=6 * DAY, user="bob"),
        *service("Helper", at=7 * DAY, source=WS2),
    ]

    assert [one.severity for one in alerts("remote_execution", [*nights(4), *other])[2:]] == ["medium", "medium", "medium"]


def test_nothing_is_a_routine_at_high_sensitivity() -> None:
    said = alerts("remote_execution", nights(5), Tuning(sensitivity="high"))

    assert {one.severity for one in said} == {"medium"}


def transfer(*, at: int, source: str = WS1) -> Activity:
    return dns(ZONE, "AXFR", source, at=at, records=200)


def test_what_was_only_tried_before_is_loud_when_it_works_and_what_worked_is_quiet_when_it_is_refused() -> None:
    refused = replace(transfer(at=0), result="failure", code=5)
    again = replace(refused, at=refused.at + DAY, until=refused.at + DAY)

    assert [one.severity for one in alerts("dns_reconnaissance", [refused, transfer(at=DAY)])] == ["medium", "medium"]
    assert [one.severity for one in alerts("dns_reconnaissance", [refused, again])] == ["medium", "low"]
    assert [one.severity for one in alerts("dns_reconnaissance", [transfer(at=0), again])] == ["medium", "low"]
    asked = replace(listing(at=0), result="failure", code=5)
    assert [one.severity for one in alerts("samr_reconnaissance", [asked, listing(at=DAY)])] == ["medium", "medium"]


def refused(activities: list[Activity]) -> list[Activity]:
    return [replace(one, result="failure", code=5) for one in activities]


def test_a_service_and_a_replication_that_were_only_tried_before_are_loud_when_they_work() -> None:
    made = service("Helper", at=DAY)
    tried = alerts("remote_execution", [*refused(service("Helper", at=0)), *made])
    assert tried[-1].severity == "medium" and tried[-1].finding.last >= made[0].at
    assert [one.severity for one in alerts("remote_execution", [*service("Helper", at=0), *made])] == ["medium", "low"]

    first, second = (replication("MSOL_12ab", at=at) for at in (MINUTE, DAY))
    told = alerts("dcsync", [controller(DC1), *refused([first]), second])
    assert [(one.severity, one.finding.succeeded) for one in told] == [("medium", False), ("medium", True)]
    told = alerts("dcsync", [controller(DC1), first, second])
    assert [(one.severity, one.finding.succeeded) for one in told] == [("medium", True), ("low", True)]


def polls(hours: int) -> list[Activity]:
    """The zone's SOA record, asked for hour by hour."""
    return [controller(DC1), *(dns(ZONE, "SOA", at=hour * HOUR) for hour in range(hours))]


def test_whoever_keeps_to_the_refresh_timer_is_a_secondary_server() -> None:
    (alert,) = alerts("dns_reconnaissance", [*polls(5), transfer(at=4 * HOUR + MINUTE)])

    assert alert.severity == "low"


def test_a_tool_that_asks_for_the_record_just_before_is_none() -> None:
    (alert,) = alerts("dns_reconnaissance", [*polls(1), transfer(at=MINUTE)])

    assert alert.severity == "medium"


def replication(user: str, *, at: int, source: str = WS1) -> Activity:
    """Objects with their secrets asked for, and sent."""
    detail = RpcCall(interface=DRSUAPI, opnum=3, sealed=True, response_bytes=4_000)
    return act(detail, source, DC1, 49_670, at=at, account=Account(name=user, domain="EXAMPLE"))


def test_a_synchronisation_that_asks_all_day_is_told_quietly() -> None:
    hourly = [replication("MSOL_12ab", at=hour * HOUR) for hour in range(8)]

    assert [one.severity for one in alerts("dcsync", [controller(DC1), *hourly])] == ["low"]


def test_the_name_of_a_synchronisation_excuses_no_single_request() -> None:
    said = alerts("dcsync", [controller(DC1), replication("MSOL_12ab", at=HOUR), replication("MSOL_12ab", at=2 * HOUR)])

    assert [one.severity for one in said] == ["medium"]


def test_a_program_that_replicates_without_secrets_is_one_quiet_alert_after_its_first_day() -> None:
    """4662 of the right to get changes, four times a day."""
    portal = [checked("portal", CHANGES, at=turn * 6 * HOUR) for turn in range(12)]
    said = alerts("dcsync", portal)

    assert {one.severity for one in said} == {"low"}
    assert len([one for one in said if one.finding.first - portal[0].at >= 12 * HOUR]) == 1
    secrets = checked("portal", CHANGES_ALL, at=4 * DAY)
    assert alerts("dcsync", [*portal, secrets])[-1].severity == "high"


def test_any_other_account_that_replicates_stays_high_however_often() -> None:
    hourly = [replication("backup", at=hour * HOUR) for hour in range(30)]

    assert [one.severity for one in alerts("dcsync", [controller(DC1), *hourly])] == ["high"]


def test_a_secondary_server_is_known_by_what_it_asks_afterwards() -> None:
    (alert,) = alerts("dns_reconnaissance", [*polls(5), transfer(at=MINUTE)])

    assert alert.severity == "low"


def test_a_sweep_of_addresses_is_told_loudly_once() -> None:
    def sweep(at: int) -> list[Activity]:
        return [dns(f"{one}.2.0.192.in-addr.arpa", "PTR", at=at + one * SECOND) for one in range(1, 255)]

    known = [dns("1.2.0.192.in-addr.arpa", "PTR", WS2, at=-9 * DAY)]

    assert [one.severity for one in alerts("dns_reconnaissance", [controller(DC1), *sweep(0)])] == ["low"]
    said = alerts("dns_reconnaissance", [*known, controller(DC1), *sweep(0), *sweep(DAY)])
    assert [one.severity for one in said] == ["medium", "low"]


def listing(target: str = DC1, *, at: int, source: str = WS1) -> Activity:
    """All users asked for over SAMR."""
    return act(RpcCall(interface=SAMR, opnum=13, pipe="samr"), source, target, at=at)


def test_lists_asked_of_several_controllers_are_one_alert() -> None:
    other = "192.0.2.2"
    said = alerts("samr_reconnaissance", [controller(DC1), controller(other), listing(at=0), listing(other, at=MINUTE)])

    assert len(said) == 1
    assert len(said[0].finding.targets) == 2


def test_a_list_asked_for_every_hour_is_the_work_of_a_program() -> None:
    hourly = [listing(at=hour * HOUR) for hour in range(8)]

    assert [one.severity for one in alerts("samr_reconnaissance", [controller(DC1), *hourly])] == ["low"]


def test_a_list_asked_for_a_few_times_is_not() -> None:
    some = [listing(at=hour * HOUR) for hour in range(4)]

    assert [one.severity for one in alerts("samr_reconnaissance", [controller(DC1), *some])] == ["medium"]


def test_who_uses_many_computers_is_asked_about_as_a_scanner_and_stays_as_loud() -> None:
    def scan(count: int) -> list[Alert]:
        by = Account(name="scan", domain="EXAMPLE")
        detail = RpcCall(interface=SAMR, opnum=13, pipe="samr")
        visits = [
            act(Ntlm(user="scan", domain="EXAMPLE", version="NTLMv2", carrier="smb2"), WS1, f"192.0.2.{100 + one}", 445,
                at=one * SECOND, account=by)
            for one in range(count)
        ]  # fmt: skip
        return alerts("samr_reconnaissance", [controller(DC1), act(detail, WS1, DC1, at=0, account=by), *visits])

    for count, asked in ((20, True), (5, False)):
        (said,) = scan(count)
        assert said.severity == "medium"
        assert any("scanner" in plain(one.text) for one in said.finding.facts) == asked


def stored(number: int, *, begins: int, hours: int = 6) -> list[Activity]:
    """An old password that a mail server is offered every six minutes."""
    return [as_req(f"user{number}", at=begins + one * 6 * MINUTE, code=24) for one in range(hours * 10)]


def in_order(activities: list[Activity]) -> list[Activity]:
    return sorted(activities, key=lambda one: one.at)


def test_telephones_with_old_passwords_at_one_mail_server_are_no_spray() -> None:
    phones = [one for number in range(24) for one in stored(number, begins=number * 15 * MINUTE)]

    assert alerts("brute_force", in_order(phones)) == []


def test_a_spray_beside_such_telephones_is_told() -> None:
    phones = [one for number in range(12) for one in stored(number, begins=number * 15 * MINUTE)]
    spray = [as_req(f"victim{number}", at=3 * HOUR + number * MINUTE, code=24) for number in range(12)]
    (said,) = alerts("brute_force", in_order([*phones, *spray]))

    assert said.severity == "medium"


def test_a_spray_that_goes_round_and_round_is_told_in_its_first_round() -> None:
    rounds = [
        as_req(f"victim{number}", at=turn * 20 * MINUTE + number * MINUTE, code=24) for turn in range(6) for number in range(12)
    ]
    (said,) = alerts("brute_force", in_order(rounds))

    assert said.finding.first < rounds[0].at + 30 * MINUTE


def by_ntlm(number: int, *, at: int, source: str = WS1) -> Activity:
    """A script with a password inside, at one of several servers."""
    detail = Ntlm(user="script", domain="EXAMPLE", workstation="APP3", version="NTLMv2", carrier="smb2", os_version="10.0.20348",
                  mic=True)  # fmt: skip
    return act(detail, source, f"192.0.2.{100 + number}", 445, at=at, account=Account(name="script", domain="EXAMPLE"))


def named(machine: str, *, at: int, source: str = WS1) -> Activity:
    """An account with a dollar signs in, so that the address is called by its name."""
    return as_req(machine, source, at=at)


def test_a_script_that_signs_in_from_one_address_every_day_belongs_there_whatever_it_is_called() -> None:
    days = [named("APP3$", at=-MINUTE), *(by_ntlm(n, at=day * DAY + n * SECOND) for day in range(12) for n in range(4))]
    more = [named("gmsa-app3$", at=12 * DAY - MINUTE), *(by_ntlm(n, at=12 * DAY + n * SECOND) for n in range(4))]

    assert [one for one in alerts("pass_the_hash", [*days, *more]) if one.severity != "low"] == []


def test_the_same_from_a_strange_computer_is_told() -> None:
    days = [named("APP3$", at=-MINUTE), *(by_ntlm(n, at=day * DAY + n * SECOND) for day in range(12) for n in range(4))]
    strange = [
        named("WS9$", at=12 * DAY - MINUTE, source=WS2),
        *(by_ntlm(n, at=12 * DAY + n * SECOND, source=WS2) for n in range(4)),
    ]

    assert any(one.severity != "low" for one in alerts("pass_the_hash", [*days, *strange]))


def key_of_ones_own(name: str, *, at: int) -> Activity:
    return modify(dn(name), "msDS-KeyCredentialLink", "B:8:00020000:x", user=name, deed="add", at=at)


def test_keys_that_many_put_on_their_own_accounts_are_told_until_it_is_what_people_do() -> None:
    said = alerts("shadow_credentials", [key_of_ones_own(f"user{one}", at=one * DAY) for one in range(12)])

    assert [one.severity for one in said] == ["low"] * 5


def test_a_key_on_somebody_else_is_as_loud_as_ever_there() -> None:
    many = [key_of_ones_own(f"user{one}", at=one * DAY) for one in range(12)]
    other = modify(dn("dora"), "msDS-KeyCredentialLink", "B:8:00020000:x", user="user3", deed="add", at=12 * DAY)

    assert alerts("shadow_credentials", [*many, other])[-1].severity == "high"


def test_a_vault_that_changes_an_administrators_password_each_night_is_told_loudly_once() -> None:
    rid = int(subject("boss")["SubjectUserSid"].rpartition("-")[2])

    def night(number: int, who: str = "vault") -> Activity:
        return account_event(4724, "boss", who, rid=rid, at=number * DAY)

    said = alerts("password_reset", [*administrators("boss"), *(night(one) for one in range(5))])
    assert [one.severity for one in said] == ["medium", "low"]
    said = alerts("password_reset", [*administrators("boss"), night(0), night(1), night(2, "eve")])
    assert [one.severity for one in said] == ["medium", "low", "medium"]


def test_a_product_that_reaches_a_controller_last_is_told_quietly() -> None:
    many = [one for number in range(7) for one in installed(OWN, "BackupAgent", f"192.0.2.{100 + number}")]
    said = alerts("remote_execution", [controller(DC1), *in_order([*many, *installed(OWN, "BackupAgent", DC1, at=MINUTE)])])

    assert [one.severity for one in said] == ["low"]
    foreign = [one for number in range(7) for one in installed(FOREIGN[0], "BackupAgent", f"192.0.2.{100 + number}")]
    said = alerts(
        "remote_execution", [controller(DC1), *in_order([*foreign, *installed(FOREIGN[0], "BackupAgent", DC1, at=MINUTE)])]
    )
    assert [one.severity for one in said] == ["medium"]


def test_print_clients_under_names_that_others_have_are_one_quiet_alert_for_a_server() -> None:
    def client(number: int, prints: bool = True) -> list[Activity]:
        caller, at = f"192.0.2.{100 + number}", number * 2 * HOUR
        stub = {"printer": r"\\files\Floor1", "target": r"\\ws2"}
        asked = act(RpcCall(interface=SPOOLSS, opnum=65, pipe="spoolss", stub=stub), caller, SERVER, at=at + SECOND)
        return [*([act(RpcCall(interface=SPOOLSS, opnum=8, pipe="spoolss"), caller, SERVER, at=at)] if prints else []), asked]

    known = [named("FILES$", at=-MINUTE, source=SERVER), named("WS2$", at=-MINUTE, source=WS2)]
    said = alerts("coercion", [*known, *(one for number in range(5) for one in client(number))])
    assert [one.severity for one in said] == ["low"]
    assert len(said[0].finding.sources) == 5
    said = alerts("coercion", [*known, *client(0), *client(1, prints=False)])
    assert [one.severity for one in said] == ["low", "medium"]


def test_a_vault_that_set_a_password_for_days_goes_on_quietly_when_its_owner_becomes_an_administrator() -> None:
    nights = [modify(dn("dora"), "unicodePwd", "(hidden)", user="vault", at=night * DAY) for night in range(4)]
    promoted = modify(
        "CN=Domain Admins,CN=Users,DC=example,DC=org", "member", dn("dora"), deed="add", user="boss", at=2 * DAY + HOUR
    )
    stranger = modify(dn("dora"), "unicodePwd", "(hidden)", user="eve", at=3 * DAY + HOUR)

    assert [one.severity for one in alerts("password_reset", [*nights, promoted])] == ["low", "low"]
    assert [one.severity for one in alerts("password_reset", [*nights, promoted, stranger])] == ["low", "low", "medium"]


ADMINS_GROUP = "CN=Domain Admins,CN=Users,DC=example,DC=org"


@pytest.mark.parametrize(
    ("first", "place", "hours", "severity"),
    [("chief", WS1, 30, "low"), ("chief", WS1, 3, "medium"), ("chief", WS2, 30, "medium"), ("nobody", WS1, 30, "medium")],
)
def test_administrators_share_the_host_that_they_work_from(first: str, place: str, hours: int, severity: str) -> None:
    """boss changes nothing before; chief is an administrator too, nobody is none."""
    earlier = modify(ADMINS_GROUP, "member", dn("dora"), deed="add", user=first, source=place)
    later = modify(ADMINS_GROUP, "member", dn("emil"), deed="add", user="boss", source=WS1, at=hours * HOUR)
    said = alerts("sensitive_groups", [*administrators("boss", "chief"), earlier, later])

    assert [one.severity for one in said if any(ref.label == "boss" for ref in one.finding.accounts)] == [severity]


def people(at: int, first: int = 0, source: str = WS1) -> list[Activity]:
    """Six people sign in through a page that sends their passwords in clear text."""
    return [bind(f"user{one}@example.org", source, at=at + one * MINUTE) for one in range(first, first + 6)]


def test_passwords_that_a_page_sends_in_clear_text_are_told_loudly_once() -> None:
    weeks = [one for week in range(3) for one in people(week * 7 * DAY)]

    assert [one.severity for one in alerts("cleartext_ldap", weeks)] == ["medium", "low", "low", "low"]
    assert [one.severity for one in alerts("cleartext_ldap", [*weeks[:6], *people(7 * DAY, source=WS2)])] == ["medium", "medium"]


def test_an_administrators_password_in_clear_text_is_loud_though_others_were_told() -> None:
    boss = bind("boss@example.org", at=7 * DAY)
    said = alerts(
        "cleartext_ldap", [*administrators("boss"), *people(0), *people(6 * DAY), boss, replace(boss, at=boss.at + DAY)]
    )

    assert [one.severity for one in said].count("medium") == 2
