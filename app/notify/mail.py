"""Sends mail (RFC 5321) with STARTTLS or TLS; a notice has the same Message-ID whenever it is sent."""

import mimetypes
import re
import smtplib
from base64 import b64encode
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from pathlib import Path

from app.engine.notices.plain import mail_html, mail_text, subject
from app.engine.notices.times import moment
from app.model.notice import MailTarget, Notice
from app.notify.errors import NotDelivered, why
from app.notify.keys import secret_of
from app.notify.trust import context

TIMEOUT = 20.0
ATTACHED = 7 << 20
"""Bytes of a report up to which it goes with the mail, which is a third larger; of a larger one the mail says where it lies."""
OWN_FAULT = frozenset({552, 554, 550, 553, 501})
"""Answers to a message or its recipients that another try will not change (RFC 5321 section 4.2.3)."""
TOO_LARGE = 552
"""That to a message, also where its size is said before it is sent (RFC 1870 section 6.1)."""
Folders = Callable[[], Collection[Path]]
_ADDRESS = re.compile(r"[^\s@<>()\[\],;:\"\\]+@[^\s@<>(),;\"\\]+")


class MailSender:
    """One mail server; keeps its connection while there is something to send. send raises NotDelivered.

    folders: those from which a report is attached.
    """

    def __init__(self, target: MailTarget, folders: Folders = tuple) -> None:
        self._target, self._folders = target, folders
        self._server: smtplib.SMTP | None = None

    def send(self, notices: Sequence[Notice]) -> str:
        """Deliver the first of these; returns who did not want it, in words, or ""."""
        one, target = notices[0], self._target
        wrong = next((who for who in one.recipients if not is_address(who)), None)
        if wrong is not None:  # its own, which no other notice has
            raise NotDelivered(f"{wrong[:100]!r} is no mail address.", refused=True)
        try:
            mail = mail_of(one, target, one.recipients or target.recipients, self._folders() if one.file else ())
            refused = self._connected().send_message(mail)
        except smtplib.SMTPRecipientsRefused as error:
            self.close()
            said = "; ".join(f"{who}: {code} {why_of(text)}" for who, (code, text) in list(error.recipients.items())[:3])
            own = all(code in OWN_FAULT for code, _ in error.recipients.values())
            raise NotDelivered(f"{target.server} takes no mail for them: {said}.", refused=own) from error
        except smtplib.SMTPResponseException as error:
            self.close()
            own = error.smtp_code in OWN_FAULT and isinstance(error, smtplib.SMTPDataError)
            own = own or (error.smtp_code == TOO_LARGE and isinstance(error, smtplib.SMTPSenderRefused))
            raise NotDelivered(f"{target.server} answers {error.smtp_code} {why_of(error.smtp_error)}.", refused=own) from error
        except (OSError, smtplib.SMTPException, ValueError) as error:
            self.close()
            if isinstance(error, NotDelivered):
                raise
            own = isinstance(error, smtplib.SMTPNotSupportedError) and not all(who.isascii() for who in one.recipients)
            raise NotDelivered(f"{target.server}:{target.port} does not take the mail: {why(error)}.", refused=own) from error
        return f"Not wanted by {', '.join(list(refused)[:3])}." if refused else ""

    def close(self) -> None:
        """Say goodbye."""
        if self._server is not None:
            with suppress(OSError, smtplib.SMTPException):
                self._server.quit()
            self._server.close()
            self._server = None

    def _connected(self) -> smtplib.SMTP:
        if self._server is not None:
            try:
                if self._server.noop()[0] == 250:
                    return self._server
            except (OSError, smtplib.SMTPException):
                pass
            self.close()
        target = self._target
        if target.user and target.security == "none":
            raise NotDelivered("A password is not sent without TLS: choose STARTTLS or TLS.")
        password = secret_of(target.secret) if target.user else ""
        made: smtplib.SMTP
        if target.security == "tls":
            made = smtplib.SMTP_SSL(target.server, target.port, timeout=TIMEOUT, context=context(target.authorities))
        else:
            made = smtplib.SMTP(target.server, target.port, timeout=TIMEOUT)
        try:
            if target.security == "starttls":
                made.starttls(context=context(target.authorities))
            if target.user:
                _sign_in(made, target.user, password)
        except BaseException:
            made.close()
            raise
        self._server = made
        return made


def _sign_in(server: smtplib.SMTP, user: str, password: str) -> None:
    """PLAIN in UTF-8 (RFC 4616), which smtplib writes in ASCII only; other mechanisms where a server has no PLAIN."""
    server.ehlo_or_helo_if_needed()
    if "PLAIN" not in server.esmtp_features.get("auth", "").upper().split():
        server.login(user, password)
        return
    said = b64encode(f"\0{user}\0{password}".encode()).decode()
    code, words = server.docmd("AUTH", f"PLAIN {said}")
    if code not in (235, 503):  # 503: already signed in
        raise smtplib.SMTPAuthenticationError(code, words)


def mail_of(one: Notice, target: MailTarget, recipients: Sequence[str], folders: Collection[Path]) -> EmailMessage:
    """The mail of a notice: plain text, the same as HTML, and its report when that is small and lies in one of the folders."""
    mail = EmailMessage()
    mail["Subject"] = subject(one)
    mail["From"] = _clean(target.sender)
    mail["To"] = ", ".join(_clean(who) for who in recipients)
    mail["Date"] = format_datetime(moment(one.at) if one.at else datetime.now(UTC))
    mail["Message-ID"] = f"<{one.id}@wardlight.invalid>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody is out of the office towards a program
    mail["X-Wardlight-Id"] = one.id
    mail.set_content(mail_text(one))
    mail.add_alternative(mail_html(one), subtype="html")
    if one.file:
        _attach(mail, Path(one.file), folders)
    return mail


def _attach(mail: EmailMessage, file: Path, folders: Collection[Path]) -> None:
    try:
        real = file.resolve()
        if not any(real.is_relative_to(one.resolve()) for one in folders) or not real.is_file():
            return  # a queue is a file that somebody may have changed, and names any other
        if real.stat().st_size > ATTACHED:
            return
        data = real.read_bytes()
    except (OSError, ValueError):  # it was moved meanwhile; the mail says where it was written
        return
    kind, _, sub = (mimetypes.guess_type(file.name)[0] or "application/octet-stream").partition("/")
    mail.add_attachment(data, maintype=kind, subtype=sub, filename=file.name)


def _clean(address: str) -> str:
    """An address without what would begin another header."""
    text = "".join(c for c in address if c.isprintable())
    if not is_address(text):
        raise NotDelivered(f"{text[:100]!r} is no mail address.")
    return text


def is_address(text: str) -> bool:
    """Whether this is one address that mail can be sent to, with a name before it or without."""
    return text.isprintable() and _ADDRESS.fullmatch(parseaddr(text)[1]) is not None


def why_of(text: bytes | str) -> str:
    """An answer of a server in one line."""
    said = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return " ".join("".join(c if c.isprintable() else " " for c in said).split())[:160]
