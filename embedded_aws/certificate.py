"""An embedded AWS with TLS has a certificate of its own, which everything that it starts trusts."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from embedded_aws.ports import LOOPBACK

_LIFETIME = timedelta(days=30)


def write_certificate(certificate: Path, key: Path) -> None:
    """Write a self-signed certificate for loopback and its key as PEM files; only the owner can read the key."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    secret = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "courtside local")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(secret.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + _LIFETIME)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(LOOPBACK))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(secret, hashes.SHA256())
    )
    unencrypted = serialization.NoEncryption()
    pem = secret.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, unencrypted)
    public = made.public_bytes(serialization.Encoding.PEM)
    for path, content, mode in ((key, pem, 0o600), (certificate, public, 0o644)):
        path.touch(mode=0o600)
        path.write_bytes(content)
        # Functions and tasks in containers run as other users and have to trust the certificate.
        path.chmod(mode)
