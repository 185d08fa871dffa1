"""The setting `dashboard_sign_in` as an operator fills it in; nobody has the private half of its key."""

from infra.dashboard_sign_in import DashboardSignIn

PUBLIC_KEY = """\
-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA6uwvHJGuOowwGlnSb48w
7CrodoqOMnZ4wZj8bxYjv/rtC7eNPPpu27xIUdUUsj5dlmLSKBxnBqIeWU58lTYn
FkCSxxtRHkK1qraHH48pBrcQi2ZZlsnMyVcRppJtc8IdphAJvMauGXgdP6rw0GIa
GJ3aAYEN+DkQicZJEFNo/SBlnQSCy9fjTAhIUZ6pnGBYjsINswELu4nC+kwqTIyB
5qguuq2B8jeS3wYea0R8rgiglH8eci2dKpPql6XwNS6hnN7/tDt01T3ITTo6ghSU
UGzt65iF6vLQU9tFeqbCW2rpkqXwkJtO2+woUsY6BwiKk/nMyQrDnSpmhUQYyCco
awIDAQAB
-----END PUBLIC KEY-----
"""
SIGNING_KEY = "arn:aws:kms:us-east-1:123456789012:key/0aa0bb1c-2d3e-4f50-8a6b-7c8d9e0f1a2b"
VALUES = {
    "host": "pages.example.com",
    "certificate": "arn:aws:acm:us-east-1:123456789012:certificate/1aa0bb1c-2d3e-4f50-8a6b-7c8d9e0f1a2b",
    "signing_key": SIGNING_KEY,
    "public_key": PUBLIC_KEY,
}
SIGN_IN = DashboardSignIn.model_validate(VALUES)
