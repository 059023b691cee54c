"""Notices at real receivers: what arrives is what was sent, and what does not arrive is said."""

import email
import email.policy
import ssl
from pathlib import Path

import msgspec
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from app.engine.notices.cef import cef
from app.model.notice import MailTarget, Notice, SyslogTarget, WebhookTarget, label_of
from app.notify.delivering import sender_of
from app.notify.errors import NotDelivered
from app.notify.mail import mail_of
from app.sensor.sources import secrets
from tests.notify.receivers import rsyslog, until, web
from tests.sensor.free_port import free_port

AT = 1_767_607_200_123_456
HOSTILE = "evil|name=x\\y\r\nBcc: all@corp.test\u202e<b>"


def notice(number: int = 0, **more: object) -> Notice:
    values = {
        "id": f"{number:032x}", "trigger": "new", "subject": f"{number:016x}", "at": AT,
        "title": f"Suspected DCSync {number}", "severity": "high",
        "name": "DirectoryServicesReplicationSecurityAlert", "external_id": 2006, "first": AT, "last": AT,
        "text": "One sentence.\nAnd another.",
        "app": "Drsr", "user": "da.smith", "host": "WS1", "fqdn": "ws1.corp.test", "outcome": "Success", "link": "wardlight://alert/1",
        "body": {"id": "1"},
    }  # fmt: skip
    values.update(more)
    return msgspec.convert(values, Notice, strict=False)


@pytest.mark.parametrize("header", ["5424", "3164"])
@pytest.mark.parametrize(("transport", "framing"), [("udp", "octets"), ("tcp", "octets"), ("tcp", "lf"), ("tls", "octets")])
def test_rsyslog_writes_what_was_sent(transport: str, framing: str, header: str, tmp_path: Path, certificates: Path) -> None:
    with rsyslog(tmp_path / "rsyslog", certificates if transport == "tls" else None) as there:
        target = SyslogTarget(
            name="siem", address="127.0.0.1", port=there.udp if transport == "udp" else there.tcp, transport=transport,
            header=header, framing=framing, authorities=str(certificates / "ca.pem"),
        )  # fmt: skip
        sender = sender_of(target)
        sender.send([notice(number, text=HOSTILE) for number in range(20)])
        sender.send([notice(20, severity="medium")])
        sender.close()
        until(lambda: len(there.lines()) == 21)
        lines = there.lines()

    assert sorted(one[0] for one in lines) == ["35"] * 20 + ["36"]  # auth.err and auth.warning
    messages = {one[6][one[6].index("CEF:0|") :] for one in lines}
    assert messages == {cef(notice(number, text=HOSTILE)) for number in range(20)} | {cef(notice(20, severity="medium"))}
    if header == "5424":
        assert {tuple(one[3:6:2]) for one in lines} == {("CEF", "DirectoryServicesReplicationSecu")}
        assert {one[1] for one in lines} == {"2026-01-05T10:00:00.123456Z"}
        assert all("\ufeffCEF:0|Wardlight|Wardlight|" in one[6] for one in lines)


def test_a_long_message_arrives_whole_over_tcp_and_cut_in_a_datagram(tmp_path: Path) -> None:
    long = notice(text="ä" * 7_900 + "end")
    with rsyslog(tmp_path / "rsyslog") as there:
        for transport, port in (("tcp", there.tcp), ("udp", there.udp)):
            sender = sender_of(SyslogTarget(name="siem", address="127.0.0.1", port=port, transport=transport))
            sender.send([long])
            sender.close()
        until(lambda: len(there.lines()) == 2)
        lines = there.lines()

    assert all("äend" in one[6] for one in lines)


@pytest.mark.parametrize("transport", ["udp", "tcp", "tls"])
def test_nobody_there_is_said(transport: str) -> None:
    target = SyslogTarget(name="siem", address="127.0.0.1", port=free_port(), transport=transport)

    with pytest.raises(NotDelivered, match="does not take it over"):
        sender_of(target).send([notice()])


def test_a_certificate_of_somebody_else_is_refused(tmp_path: Path, certificates: Path) -> None:
    with rsyslog(tmp_path / "rsyslog", certificates) as there:
        target = SyslogTarget(name="siem", address="127.0.0.1", port=there.tcp, transport="tls")

        with pytest.raises(NotDelivered, match="certificate"):
            sender_of(target).send([notice()])


class Inbox:
    """A mail server's handler: what came in. refuses: the first answers to a message."""

    def __init__(self, *refuses: str) -> None:
        self.refuses = list(refuses)
        self.mails: list[tuple[Envelope, bool]] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.refuses:
            return self.refuses.pop(0)
        self.mails.append((envelope, session.ssl is not None))
        return "250 taken"


def mail_server(inbox: Inbox, certificates: Path, *, tls: bool = False, password: str = "") -> Controller:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates / "cert.pem", certificates / "key.pem")

    def check(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data) -> AuthResult:
        return AuthResult(success=bool(password) and data.password == password.encode(), handled=False)

    more: dict[str, object] = {"ssl_context": context} if tls else {"tls_context": context, "require_starttls": True}
    if password:
        more |= {"authenticator": check, "auth_required": True, "auth_require_tls": True}
    return Controller(inbox, hostname="127.0.0.1", port=free_port(), **more)


def mail_target(port: int, certificates: Path, **more: object) -> MailTarget:
    values = {
        "name": "mail", "server": "127.0.0.1", "port": port, "sender": "Wardlight <wardlight@corp.test>",
        "recipients": ["soc@corp.test", "lead@corp.test"], "authorities": str(certificates / "ca.pem"),
    }  # fmt: skip
    return msgspec.convert({**values, **more}, MailTarget)


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_mail_arrives_over_tls_with_its_password(security: str, certificates: Path) -> None:
    secrets.keep("mail-password", "s3cret äö")
    inbox = Inbox()
    server = mail_server(inbox, certificates, tls=security == "tls", password="" if security == "tls" else "s3cret äö")
    server.start()
    try:
        user = {} if security == "tls" else {"user": "wardlight", "secret": "mail-password"}
        sender = sender_of(mail_target(server.port, certificates, security=security, **user))
        sender.send([notice(1, title=HOSTILE, text=HOSTILE)])
        sender.send([notice(2)])
        sender.close()
    finally:
        server.stop()

    (first, _), (second, secured) = inbox.mails
    mail = email.message_from_bytes(first.original_content or first.content, policy=email.policy.default)
    assert first.rcpt_tos == ["soc@corp.test", "lead@corp.test"] and mail["Bcc"] is None
    assert mail["Subject"].startswith("[Wardlight] High: evil|name=x") and "\n" not in mail["Subject"]
    assert mail["Message-ID"] == f"<{1:032x}@wardlight.invalid>"
    plain, page = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))  # type: ignore[union-attr]
    assert "<b>" in plain and "<b>" not in page and "&lt;b&gt;" in page and "\u202e" not in plain + page
    assert secured or security == "tls"
    assert b"Suspected DCSync 2" in (second.original_content or b"")


def test_a_mail_that_is_not_wanted_is_told_from_a_server_that_is_away(certificates: Path) -> None:
    server = mail_server(Inbox("554 no such thing", "451 later"), certificates)
    server.start()
    try:
        sender = sender_of(mail_target(server.port, certificates))
        with pytest.raises(NotDelivered, match="554") as refused:
            sender.send([notice()])
        with pytest.raises(NotDelivered, match="451") as later:
            sender.send([notice()])
    finally:
        server.stop()
    assert refused.value.refused and not later.value.refused
    with pytest.raises(NotDelivered, match="does not take the mail"):
        sender.send([notice()])


def test_a_password_is_not_sent_in_clear_text(certificates: Path) -> None:
    with pytest.raises(NotDelivered, match="not sent without TLS"):
        sender_of(mail_target(free_port(), certificates, security="none", user="wardlight", secret="x")).send([notice()])


def test_a_small_report_goes_with_its_mail(tmp_path: Path, certificates: Path) -> None:
    file = tmp_path / "summary.xlsx"
    file.write_bytes(b"PK rows")
    mail = mail_of(notice(trigger="report", file=str(file)), mail_target(1, certificates), ("soc@corp.test",), (tmp_path,))

    attached = list(mail.iter_attachments())
    assert [one.get_filename() for one in attached] == ["summary.xlsx"] and attached[0].get_content() == b"PK rows"


def test_nothing_but_reports_goes_with_a_mail(tmp_path: Path, certificates: Path) -> None:
    folder = tmp_path / "case.wardlight.reports"
    folder.mkdir()
    (tmp_path / "key").write_text("a key of somebody's")
    (folder / "link.xlsx").symlink_to(tmp_path / "key")
    for file in (tmp_path / "key", folder / ".." / "key", folder / "link.xlsx", folder):
        one = notice(trigger="report", file=str(file))
        assert not list(mail_of(one, mail_target(1, certificates), ("a@corp.test",), (folder,)).iter_attachments())


def test_a_mail_that_can_never_go_is_refused_for_its_own_sake(certificates: Path) -> None:
    inbox = Inbox()
    server = mail_server(inbox, certificates)
    server.SMTP_kwargs["data_size_limit"] = 5_000
    server.start()
    try:
        sender = sender_of(mail_target(server.port, certificates))
        for own in (notice(recipients=("nobody",)), notice(recipients=("a@b.test, c@d.test\n",))):
            with pytest.raises(NotDelivered, match="no mail address") as wrong:
                sender.send([own])
            assert wrong.value.refused
        with pytest.raises(NotDelivered) as large:  # the server says how much it takes, and refuses more before it is sent
            sender.send([notice(text="word " * 2_000)])
        sender.send([notice(2)])
        sender.close()
    finally:
        server.stop()
    assert large.value.refused and "552" in str(large.value) and len(inbox.mails) == 1


def test_a_label_and_an_error_do_not_tell_the_secret_of_an_address() -> None:
    target = WebhookTarget(name="chat", url="https://user:pass@hooks.test:8443/T0/s3cret?key=s3cret")
    assert label_of(target) == "POST to https://hooks.test"
    with pytest.raises(NotDelivered) as wrong:
        sender_of(target).send([notice()])
    assert "s3cret" not in str(wrong.value) and "pass" not in str(wrong.value)


def test_a_webhook_is_signed_and_repeats_its_id(certificates: Path) -> None:
    secrets.keep("hook", "a key")
    with web("a key", [503, 500], certificates) as (server, url):
        target = WebhookTarget(name="hook", url=url, secret="hook", authorities=str(certificates / "ca.pem"))
        sender = sender_of(target)
        for status in (503, 500):
            with pytest.raises(NotDelivered, match=str(status)) as error:
                sender.send([notice(7)])
            assert not error.value.refused
        sender.send([notice(7)])

    ((id, headers, body),) = server.got
    said = msgspec.json.decode(body)
    assert id == headers["idempotency-key"] == said["id"] == f"{7:032x}"
    assert (said["trigger"], said["severity"], said["alert"]) == ("new", "high", {"id": "1"}) and not server.bad


def test_a_webhook_with_another_key_or_certificate_is_refused(certificates: Path) -> None:
    secrets.keep("hook", "another key")
    with web("a key", None, certificates) as (server, url):
        trusted = WebhookTarget(name="hook", url=url, secret="hook", authorities=str(certificates / "ca.pem"))
        with pytest.raises(NotDelivered, match="401"):
            sender_of(trusted).send([notice()])
        with pytest.raises(NotDelivered, match=r"certificate|CERTIFICATE"):
            sender_of(WebhookTarget(name="hook", url=url)).send([notice()])
    assert len(server.bad) == 1 and not server.got


@pytest.mark.parametrize("url", ["http://10.0.0.1/hook", "ftp://127.0.0.1/x", "https://a b/", "https://user@host/", "nonsense"])
def test_only_https_is_posted_to(url: str) -> None:
    with pytest.raises(NotDelivered):
        sender_of(WebhookTarget(name="hook", url=url)).send([notice()])
