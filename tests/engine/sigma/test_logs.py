"""Log sources: which events a rule is tried on, and what the lint says of the others."""

from app.engine.sigma.logs import SERVICES
from app.sensor.events.translate import FAMILIES
from tests.engine.sigma.made import PROCESS, event, only, ran, rule

KEPT = {"security": frozenset({4624, 4688}), "system": frozenset({7045})}


def test_a_service_is_its_channel_whatever_the_case() -> None:
    text = rule(selection={"A": "x"})
    security, lower, system, sysmon = (
        event(A="x"),
        event(A="x", channel="security"),
        event(A="x", channel="System", provider="Service Control Manager"),
        event(A="x", channel="Microsoft-Windows-Sysmon/Operational", provider="Microsoft-Windows-Sysmon"),
    )

    assert [only(text, one).count for one in (security, lower, system, sysmon)] == [1, 1, 0, 0]


def test_a_channel_of_a_collector_is_told_by_the_provider() -> None:
    assert only(rule(selection={"A": "x"}), event(A="x", channel="ForwardedEvents")).count == 1
    assert only(rule(selection={"A": "x"}), event(A="x", channel="ForwardedEvents", provider="Other")).count == 0


def test_windows_alone_is_any_log() -> None:
    text = rule(logsource={"product": "windows"}, selection={"A": "x"})

    assert only(text, event(A="x", channel="System", provider="Service Control Manager")).count == 1


def test_process_creation_is_read_from_4688_and_says_so() -> None:
    text = rule(
        logsource=PROCESS,
        selection={
            "Image|endswith": "\\cmd.exe",
            "ParentImage|endswith": "\\winword.exe",
            "CommandLine|contains": "/c",
            "User": "CORP\\da.smith",
            "IntegrityLevel": ["High", "System"],
        },
    )
    fields = {
        "SubjectUserSid": "S-1-5-21-1-2-3-1105",
        "SubjectUserName": "da.smith",
        "SubjectDomainName": "CORP",
        "NewProcessName": "C:\\Windows\\System32\\cmd.exe",
        "ParentProcessName": "C:\\Office\\WINWORD.EXE",
        "CommandLine": "cmd /c whoami",
        "MandatoryLabel": "S-1-16-12288",
    }

    result = only(text, event(4688, **fields), event(4624, **fields))

    assert result.count == 1
    assert "4688" in result.notes[0]
    assert only(text, event(4688, **{**fields, "MandatoryLabel": "S-1-16-8192"})).count == 0


def test_the_system_itself_is_called_as_sysmon_calls_it() -> None:
    text = rule(logsource=PROCESS, selection={"User|contains": "AUTHORI"})
    fields = {"SubjectUserSid": "S-1-5-18", "SubjectUserName": "DC1$", "SubjectDomainName": "CORP"}

    assert only(text, event(4688, **fields)).count == 1


def test_logs_that_are_not_kept_cannot_run() -> None:
    for source in (
        {"product": "linux", "service": "auditd"},
        {"product": "windows", "category": "registry_set"},
        {"product": "windows", "category": "process_creation", "service": "sysmon"},
        {"product": "windows", "service": "no-such-service"},
        {"category": "proxy"},
    ):
        result = only(rule(logsource=source, selection={"A": "x"}), event(A="x"))
        assert result.state == "cannot"
        assert result.count == 0
        assert "not kept" in result.reason or "no Windows log" in result.reason


def test_events_that_are_not_kept_cannot_run() -> None:
    unkept = only(rule(selection={"EventID": [4656, 4663]}), event(A="x"), kept=KEPT)
    sysmon = only(rule(logsource={"product": "windows", "service": "sysmon"}, selection={"A": "x"}), event(A="x"), kept=KEPT)

    assert (unkept.state, unkept.reason) == ("cannot", "events 4656 and 4663 of the log security are not kept here")
    assert (sysmon.state, sysmon.reason) == ("cannot", "events of the log microsoft-windows-sysmon/operational are not kept here")


def test_events_that_this_data_lacks_never_match() -> None:
    absent = only(rule(selection={"EventID": 4688}), event(A="x"), kept=KEPT)
    other = only(rule(logsource={"product": "windows", "service": "system"}, selection={"A": "x"}), event(A="x"), kept=KEPT)

    assert (absent.state, absent.reason) == ("never", "this data has no event 4688 of the log security")
    assert (other.state, other.reason) == ("never", "this data has no event of the log system")


def test_fields_that_no_event_has_never_match() -> None:
    result = only(rule(selection={"EventID": 4624, "Missing|contains": "x"}), event(A="x"))

    assert (result.state, result.reason) == ("never", "no such event here says anything in Missing")


def test_a_field_that_is_always_empty_never_matches() -> None:
    result = only(rule(logsource=PROCESS, selection={"CommandLine|contains": "x"}), event(4688, CommandLine=""))

    assert result.state == "never"


def test_a_part_that_can_never_hold_is_a_note() -> None:
    either = only(rule("selection or other", selection={"A": "x"}, other={"Missing": "x"}), event(A="y"))
    without = only(rule("selection and not filter", selection={"A": "x"}, filter={"Missing": "x"}), event(A="y"))
    null = only(rule("selection", selection={"A": "x", "Missing": None}), event(A="y"))

    for result in (either, without, null):
        assert result.state == "runs"
        assert result.notes == ("no such event here says anything in Missing",)


def test_fields_of_another_event_do_not_count() -> None:
    result = only(rule(selection={"EventID": 4624, "Missing": "x"}), event(4624, A="x"), event(4625, Missing="x"))

    assert result.state == "never"


def test_a_condition_on_two_events_at_once_cannot_hold() -> None:
    result = only(rule("one and two", one={"EventID": 4624}, two={"EventID": 4625}), event(4624), event(4625), kept=KEPT)

    assert result.state == "cannot"


def test_every_log_that_is_kept_is_known_to_a_service() -> None:
    known = {channel for channels in SERVICES.values() for channel in channels}

    assert {channel for family in FAMILIES for channel in family.log.channels} <= known


def test_all_events_are_counted_and_rules_stay_in_order() -> None:
    text = "\n---\n".join(rule(selection={"A": str(number)}).replace("made", f"rule {number}") for number in range(5))

    result = ran(text, *(event(A=str(number % 3), at=number) for number in range(9)))

    assert result.events == 9
    assert [(one.title, one.count) for one in result.rules] == [(f"rule {n}", 3 if n < 3 else 0) for n in range(5)]


def test_matches_are_bounded_and_all_are_counted() -> None:
    result = only(rule(selection={"A": "x"}), *(event(A="x", at=number) for number in range(20)), most=5)

    assert (result.count, [match.record for match in result.matches]) == (20, [0, 10, 20, 30, 40])


def test_a_rule_says_level_and_techniques() -> None:
    text = rule(selection={"A": "x"}) + "tags: [attack.credential-access, attack.t1003.006, cve.2020-1472]\n"

    assert only(text, event(A="x")).techniques == ("T1003.006",)
    assert only(text, event(A="x")).level == "high"
    assert only(text.replace("level: high", "level: strange"), event(A="x")).level == "medium"
    assert only(text.replace("level: high", ""), event(A="x")).level == "medium"
