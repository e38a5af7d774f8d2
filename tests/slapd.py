"""A real OpenLDAP server with the people of a small town, a certificate of its own and a password policy."""

from __future__ import annotations

import datetime as dt
import ipaddress
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

PROGRAM = shutil.which("slapd") or "/usr/sbin/slapd"
BASE = "dc=lindenau,dc=example"
READER, READER_PASSWORD = f"cn=reader,{BASE}", "liest-nur-das-Verzeichnis"
PASSWORD = "Kennwort-im-Verzeichnis"
CONFIG = """
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload ppolicy
# so that what refuses an empty password is the product
allow bind_anon_cred bind_anon_dn
TLSCertificateFile {folder}/server.pem
TLSCertificateKeyFile {folder}/server.key
database mdb
suffix {base}
rootdn cn=root,{base}
rootpw root
directory {folder}/db
overlay ppolicy
ppolicy_default cn=default,{base}
ppolicy_use_lockout
access to attrs=userPassword by anonymous auth by * none
access to dn.subtree=ou=open,{base} by * read
access to * by dn.exact={reader} read by anonymous auth by * none
"""
PEOPLE = {
    "anna": "", "berta": "", "carl": "", "bj\\C3\\B6rn": "",
    "ernst": f"pwdPolicySubentry: cn=short,{BASE}\npwdChangedTime: 20200101000000Z\n",
    "max": "pwdReset: TRUE\n", "lara": "pwdAccountLockedTime: 000001010000Z\n",
}  # fmt: skip


def _free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


@dataclass
class Slapd:
    folder: Path
    port: int = field(default_factory=_free_port)
    tls_port: int = field(default_factory=_free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"ldap://127.0.0.1:{self.port}"

    @property
    def tls_url(self) -> str:
        return f"ldaps://127.0.0.1:{self.tls_port}"

    @property
    def ca(self) -> str:
        return str(self.folder / "ca.pem")

    def create(self) -> None:
        (self.folder / "db").mkdir(parents=True)
        _certificates(self.folder)
        config = self.folder / "slapd.conf"
        config.write_text(CONFIG.format(folder=self.folder, base=BASE, reader=READER))
        self._run(["-T", "add", "-f", str(config)], _town())

    def start(self) -> None:
        urls = f"ldap://127.0.0.1:{self.port} ldaps://127.0.0.1:{self.tls_port}"
        with (self.folder / "log").open("ab") as log:
            command = [PROGRAM, "-f", str(self.folder / "slapd.conf"), "-h", urls, "-d", "0"]
            self.process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        for _ in range(300):
            with socket.socket() as door:
                if door.connect_ex(("127.0.0.1", self.tls_port)) == 0:
                    return
            time.sleep(0.1)
        raise RuntimeError((self.folder / "log").read_text())

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            self.process.wait(timeout=30)
            self.process = None

    def change(self, ldif: str) -> None:
        """By the administrator of the directory: a person's own entry, or what a test adds."""
        command = ["ldapmodify", "-x", "-H", self.url, "-D", f"cn=root,{BASE}", "-w", "root", "-e", "relax"]
        subprocess.run(command, input=ldif.encode(), check=True, capture_output=True)

    def _run(self, arguments: list[str], text: str) -> None:
        done = subprocess.run([PROGRAM, *arguments], input=text.encode(), capture_output=True, check=False)
        if done.returncode:
            raise RuntimeError(done.stderr.decode())


def person(uid: str, more: str = "", *, below: str = "people") -> str:
    """As an entry; its number stays the same whatever it is called."""
    number = uid.encode().hex().ljust(12, "0")[-12:]
    name = uid.replace("\\C3\\B6", "o").capitalize()
    return (
        f"dn: uid={uid},ou={below},{BASE}\nobjectClass: inetOrgPerson\nuid: {_plain(uid)}\ncn: {name} Amt\nsn: Amt\n"
        f"mail: {name.lower()}@lindenau.example\nuserPassword: {PASSWORD}\n"
        f"entryUUID: 00000000-0000-4000-8000-{number}\n{more}\n"
    )


def _plain(uid: str) -> str:
    return uid.replace("\\C3\\B6", "ö")


def _town() -> str:
    parts = [
        f"dn: {BASE}\nobjectClass: dcObject\nobjectClass: organization\no: Stadt Lindenau\ndc: lindenau\n",
        f"dn: ou=people,{BASE}\nobjectClass: organizationalUnit\nou: people\n",
        f"dn: ou=groups,{BASE}\nobjectClass: organizationalUnit\nou: groups\n",
        f"dn: {READER}\nobjectClass: organizationalRole\nobjectClass: simpleSecurityObject\ncn: reader\n"
        f"userPassword: {READER_PASSWORD}\n",
        f"dn: cn=default,{BASE}\nobjectClass: device\nobjectClass: pwdPolicy\ncn: default\npwdAttribute: userPassword\n"
        "pwdMustChange: TRUE\npwdLockout: TRUE\npwdMaxFailure: 50\n",
        f"dn: cn=short,{BASE}\nobjectClass: device\nobjectClass: pwdPolicy\ncn: short\npwdAttribute: userPassword\n"
        "pwdMaxAge: 60\n",
        f"dn: ou=open,{BASE}\nobjectClass: organizationalUnit\nou: open\n",
        person("olaf", below="open"),
        *[person(uid, more) for uid, more in PEOPLE.items()],
        f"dn: cn=Bauamt,ou=groups,{BASE}\nobjectClass: groupOfNames\ncn: Bauamt\nmember: uid=anna,ou=people,{BASE}\n",
        f"dn: ou=elsewhere,ou=people,{BASE}\nobjectClass: referral\nobjectClass: extensibleObject\nou: elsewhere\n"
        "ref: ldap://127.0.0.1:9/ou=elsewhere\n",
    ]
    return "\n".join(part.strip() + "\n" for part in parts)


def _certificates(folder: Path) -> None:
    """An authority, and by it a server called 127.0.0.1."""
    now = dt.datetime.now(dt.UTC)
    authority, server = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Authority of the test")])
    base = x509.CertificateBuilder().issuer_name(issuer).not_valid_before(now - dt.timedelta(days=1))
    base = base.not_valid_after(now + dt.timedelta(days=2))
    root = (
        base.subject_name(issuer).public_key(authority.public_key()).serial_number(1)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(authority, hashes.SHA256())
    )  # fmt: skip
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Directory of the test")])
    leaf = (
        base.subject_name(name).public_key(server.public_key()).serial_number(2)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(authority, hashes.SHA256())
    )  # fmt: skip
    (folder / "ca.pem").write_bytes(root.public_bytes(serialization.Encoding.PEM))
    (folder / "server.pem").write_bytes(leaf.public_bytes(serialization.Encoding.PEM))
    pem, old = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    (folder / "server.key").write_bytes(server.private_bytes(pem, old, serialization.NoEncryption()))
