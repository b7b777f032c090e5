"""A mail server on this machine that takes letters, and fails where it is told to."""

from __future__ import annotations

import socketserver
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["MailHub", "certificate", "mail_server"]


@dataclass
class MailHub:
    """Hold what a server does and what it was told.

    Attributes:
        replies: Command → what is answered instead of yes; ``text`` stands for the letter itself,
            ``hello`` for the greeting. An empty reply ends the conversation.
        drips: Where its answer comes a byte at a time, twenty in a second.
        tls: For STARTTLS, or from the beginning with *tls_at_once*.
    """

    replies: dict[str, bytes] = field(default_factory=dict)
    drips: str = ""
    tls: ssl.SSLContext | None = None
    tls_at_once: bool = False
    port: int = 0
    commands: list[str] = field(default_factory=list)
    secure: list[str] = field(default_factory=list)
    letters: list[bytes] = field(default_factory=list)


class _Handler(socketserver.StreamRequestHandler):
    hub: MailHub

    def handle(self) -> None:
        try:
            if self.hub.tls_at_once:
                self._wrap()
            self._talk()
        except (OSError, EOFError):  # whoever asked has gone
            return
        finally:
            # Wrapped, it is another socket than the one that the server closes.
            self.connection.close()

    def _talk(self) -> None:
        self._say("hello", b"220 here")
        while line := self.rfile.readline():
            text = line.decode("utf-8", "replace").rstrip("\r\n")
            self.hub.commands.append(text)
            if isinstance(self.connection, ssl.SSLSocket):
                self.hub.secure.append(text)
            command = text.split(" ")[0].upper()
            if command == "EHLO":
                offers = [b"250-here", b"250-8BITMIME", b"250-AUTH PLAIN"]
                if self.hub.tls is not None and not self.hub.tls_at_once:
                    offers.append(b"250-STARTTLS")
                self._say(command, b"\r\n".join([*offers, b"250 SIZE"]))
            elif command == "STARTTLS":
                self._say(command, b"220 go on")
                self._wrap()
            elif command == "AUTH":
                self._say(command, b"235 welcome")
            elif command == "DATA":
                self._say(command, b"354 go on")
                self._take()
            elif command == "QUIT":
                return
            else:
                self._say(command, b"250 yes")

    def _take(self) -> None:
        lines: list[bytes] = []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                raise EOFError
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        if self.hub.replies.get("text", b"250").startswith(b"250"):
            self.hub.letters.append(b"".join(lines))
        self._say("text", b"250 taken")

    def _say(self, place: str, usual: bytes) -> None:
        reply = self.hub.replies.get(place, usual)
        if not reply:
            raise EOFError
        content = reply + b"\r\n"
        if place != self.hub.drips:
            self.wfile.write(content)
            return
        for byte in content:
            self.wfile.write(bytes([byte]))
            time.sleep(0.05)

    def _wrap(self) -> None:
        assert self.hub.tls is not None
        self.connection = self.hub.tls.wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb", 0)


@contextmanager
def mail_server(hub: MailHub) -> Iterator[MailHub]:
    """Serve until the block ends."""
    handler = type("Handler", (_Handler,), {"hub": hub})
    served = socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler)
    hub.port = served.server_address[1]
    thread = threading.Thread(target=served.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield hub
    finally:
        served.shutdown()
        served.server_close()
        thread.join()


def certificate(folder: Path, host: str) -> Path:
    """Write a key and a certificate for *host* that signs itself, and return the file of both."""
    import datetime as dt
    import ipaddress

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = dt.datetime.now(dt.UTC)
    alternative = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(host))])
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(alternative, critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{host}.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + signed.public_bytes(serialization.Encoding.PEM)
    )
    return file
