import json
from base64 import b64decode

from courtside.core.sign_in import cleared, page_cookies, set_cookie
from tests.fakes.id_tokens import NOW

# CloudFront's own alphabet for what base64 writes as + = /
FROM_CLOUDFRONT = str.maketrans("-_~", "+=/")


def decoded(value: str) -> bytes:
    assert not set(value) & set("+=/;, ")
    return b64decode(value.translate(FROM_CLOUDFRONT), validate=True)


def test_cloudfront_gets_a_policy_of_this_host_and_the_signature_of_exactly_its_bytes() -> None:
    signed: list[bytes] = []

    def sign(content: bytes) -> bytes:
        signed.append(content)
        return b"\xfb\xef\xff signature"

    found = page_cookies(host="pages.example.com", key_pair_id="K1", until=NOW, sign=sign)
    assert set(found) == {
        "CloudFront-Policy", "CloudFront-Signature", "CloudFront-Key-Pair-Id", "CloudFront-Hash-Algorithm",
    }  # fmt: skip
    assert signed == [decoded(found["CloudFront-Policy"])]
    assert decoded(found["CloudFront-Signature"]) == b"\xfb\xef\xff signature"
    assert (found["CloudFront-Key-Pair-Id"], found["CloudFront-Hash-Algorithm"]) == ("K1", "SHA256")
    assert json.loads(signed[0]) == {
        "Statement": [
            {
                "Resource": "https://pages.example.com/*",
                "Condition": {"DateLessThan": {"AWS:EpochTime": int(NOW.timestamp())}},
            }
        ]
    }
    assert b" " not in signed[0], "CloudFront takes a policy without white space"


def test_cookies_are_for_tls_out_of_scripts_reach_and_not_for_other_sites() -> None:
    assert set_cookie("a", "b", seconds=60) == "a=b; Path=/; Max-Age=60; Secure; HttpOnly; SameSite=Lax"
    assert cleared("a", "b") == [set_cookie("a", "", seconds=0), set_cookie("b", "", seconds=0)]
