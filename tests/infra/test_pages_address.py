"""The address behind which a stage's pages lie: off, it changes nothing; on, CloudFront lets nobody in by itself."""

import json
import re
import subprocess
from fnmatch import fnmatchcase
from typing import Any

import pytest

from courtside.contracts import dashboard_keys, drift_keys, lake_keys, sign_in, training_keys
from courtside.contracts.dashboard_keys import is_page
from courtside.contracts.page_policy import PAGE_POLICY
from infra.validation.policies import Policies
from infra.validation.unscoped import UNSCOPED
from tests.fakes.sign_in_setting import SIGN_IN, SIGNING_KEY
from tests.infra.iam_linter import found_in
from tests.infra.synthesized import SynthesizedStage, text

OURS = "Pages"
ONLY_THERE = ("AWS::CloudFront::", "AWS::Cognito::", "AWS::Lambda::Url")


@pytest.fixture(scope="module")
def distribution(signing_in: SynthesizedStage) -> dict[str, Any]:
    _, properties = signing_in.data.only("AWS::CloudFront::Distribution")
    config: dict[str, Any] = properties["DistributionConfig"]
    return config


def behaviours(distribution: dict[str, Any]) -> dict[str, dict[str, Any]]:
    further = {each["PathPattern"]: each for each in distribution["CacheBehaviors"]}
    return {"default": distribution["DefaultCacheBehavior"], **further}


def test_it_is_off_by_default(stage: SynthesizedStage) -> None:
    found = [
        (stack.name, logical_id)
        for stack in stage.stacks
        for logical_id, each in stack.resources.items()
        if each["Type"].startswith(ONLY_THERE) or logical_id.startswith(OURS)
    ]
    assert found == []
    assert not [key for key in stage.data.outputs if key.startswith(OURS)]


def test_on_it_changes_nothing_of_what_was_there_but_adds_a_statement_to_the_lakes_policy(
    dev: SynthesizedStage, signing_in: SynthesizedStage
) -> None:
    for stack in ("tracking", "pipeline"):
        assert getattr(signing_in, stack).template == getattr(dev, stack).template
    before, after = dev.data.template, signing_in.data.template
    there = {key: value for key, value in after["Resources"].items() if not key.startswith(OURS)}
    (policy,) = [key for key, each in there.items() if key.startswith("LakeBucketPolicy")]
    *kept, added = there[policy]["Properties"]["PolicyDocument"]["Statement"]
    there[policy] = json.loads(json.dumps(there[policy]))
    there[policy]["Properties"]["PolicyDocument"]["Statement"] = kept
    assert there == before["Resources"]
    assert {key: value for key, value in after["Outputs"].items() if not key.startswith(OURS)} == before["Outputs"]
    assert (added["Effect"], added["Action"], added["Principal"]) == (
        "Allow", "s3:GetObject", {"Service": "cloudfront.amazonaws.com"},
    )  # fmt: skip
    condition = text(added["Condition"]["StringEquals"]["aws:SourceArn"])
    assert re.fullmatch(r"arn:aws:cloudfront::<AWS::AccountId>:distribution/<PagesDistribution\w+>", condition)
    assert [text(each) for each in added["Resource"]] == [f"<LakeBucket.Arn>/{pattern}" for pattern in sign_in.SHOWN]


def test_every_path_but_that_of_signing_in_asks_for_cookies_that_our_key_signed(
    signing_in: SynthesizedStage, distribution: dict[str, Any]
) -> None:
    group, properties = signing_in.data.only("AWS::CloudFront::KeyGroup")
    key, public = signing_in.data.only("AWS::CloudFront::PublicKey")
    assert properties["KeyGroupConfig"]["Items"] == [{"Ref": key}]
    assert public["PublicKeyConfig"]["EncodedKey"] == SIGN_IN.public_key
    asking = {path: each.get("TrustedKeyGroups") for path, each in behaviours(distribution).items()}
    assert asking.pop("/sign-in/*") is None
    assert asking == {path: [{"Ref": group}] for path in ("default", *(f"/{pattern}" for pattern in sign_in.SHOWN))}
    assert not [path for path, each in behaviours(distribution).items() if each["ViewerProtocolPolicy"] != "https-only"]


PAGES = (
    dashboard_keys.OVERVIEW_PAGE,
    dashboard_keys.model_page("churn"),
    dashboard_keys.year_page("churn", 2026),
    f"{drift_keys.drift_reports('churn')}dt=2026-01-01/check.html",
    training_keys.training_card_page("churn", "t1"),
)
OTHERS = (
    dashboard_keys.summary("churn"),
    dashboard_keys.years_note("churn"),
    f"{drift_keys.drift_reports('churn')}dt=2026-01-01/check.json",
    training_keys.training_card("churn", "t1"),
    training_keys.training_holdout("churn", "t1"),
    f"{lake_keys.TABLES_PREFIX}churn/rows.parquet",
    f"{lake_keys.TABLES_PREFIX}churn/rows.html",
    f"{lake_keys.ARCHIVE_PREFIX}drift/model=churn/dt=2026-01-01/a.html",
    f"{lake_keys.INCOMING_PREFIX}churn/a.html",
    "models/churn/contract.html",
)


def test_pages_are_shown_and_nothing_else_of_the_lake(distribution: dict[str, Any]) -> None:
    paths = [path for path in behaviours(distribution) if path not in {"default", "/sign-in/*"}]
    shown = [key for key in (*PAGES, *OTHERS) if any(fnmatchcase(f"/{key}", path) for path in paths)]
    assert shown == list(PAGES)
    assert all(map(is_page, PAGES))
    assert not any(fnmatchcase(key, pattern) for key in OTHERS for pattern in sign_in.SHOWN)


def test_any_other_path_ends_at_cloudfront(signing_in: SynthesizedStage, distribution: dict[str, Any]) -> None:
    (ends,) = distribution["DefaultCacheBehavior"]["FunctionAssociations"]
    logical_id, function = signing_in.data.only("AWS::CloudFront::Function")
    assert ends == {"EventType": "viewer-request", "FunctionARN": {"Fn::GetAtt": [logical_id, "FunctionARN"]}}
    asked = ["/", "/tables/churn/rows.parquet", "//", "/dashboard"]
    program = f"{function['FunctionCode']}\nconsole.log(JSON.stringify({json.dumps(asked)}.map("
    program += "uri => handler({request: {uri}}))))"
    done = subprocess.run(["node", "-e", program], capture_output=True, text=True, check=True, timeout=60)
    home, *others = json.loads(done.stdout)
    assert (home["statusCode"], home["headers"]["location"]["value"]) == (302, f"/{dashboard_keys.OVERVIEW_PAGE}")
    assert [each["statusCode"] for each in others] == [404, 404, 404]


def test_whom_cloudfront_refuses_sees_the_page_that_asks_to_sign_in(distribution: dict[str, Any]) -> None:
    assert distribution["CustomErrorResponses"] == [
        {"ErrorCode": 403, "ResponseCode": 403, "ResponsePagePath": sign_in.NEEDED, "ErrorCachingMinTTL": 0}
    ]


def test_browsers_speak_tls_12_or_newer_by_the_name_of_the_setting(distribution: dict[str, Any]) -> None:
    assert distribution["Aliases"] == [SIGN_IN.host]
    assert distribution["ViewerCertificate"] == {
        "AcmCertificateArn": SIGN_IN.certificate,
        "MinimumProtocolVersion": "TLSv1.2_2021",
        "SslSupportMethod": "sni-only",
    }


def test_every_answer_has_the_headers_that_keep_a_page_closed(
    signing_in: SynthesizedStage, distribution: dict[str, Any]
) -> None:
    logical_id, policy = signing_in.data.only("AWS::CloudFront::ResponseHeadersPolicy")
    assert {json.dumps(each["ResponseHeadersPolicyId"]) for each in behaviours(distribution).values()} == {
        json.dumps({"Ref": logical_id})
    }
    security = policy["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]
    assert all(each["Override"] for each in security.values())
    content = security["ContentSecurityPolicy"]["ContentSecurityPolicy"]
    assert content == f"{PAGE_POLICY}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    assert security["FrameOptions"]["FrameOption"] == "DENY"
    assert security["ReferrerPolicy"]["ReferrerPolicy"] == "same-origin"
    assert security["StrictTransportSecurity"]["AccessControlMaxAgeSec"] >= 31_536_000


def test_cloudfront_keeps_pages_for_minutes_and_answers_of_signing_in_not_at_all(
    signing_in: SynthesizedStage, distribution: dict[str, Any]
) -> None:
    logical_id, policy = signing_in.data.only("AWS::CloudFront::CachePolicy")
    assert policy["CachePolicyConfig"]["MaxTTL"] <= 300
    disabled = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
    kept = {path: each["CachePolicyId"] for path, each in behaviours(distribution).items()}
    assert (kept.pop("default"), kept.pop("/sign-in/*")) == (disabled, disabled)
    assert set(map(str, kept.values())) == {str({"Ref": logical_id})}


def test_only_this_distribution_reaches_the_lake_and_the_function_and_signs_for_both(
    signing_in: SynthesizedStage, distribution: dict[str, Any]
) -> None:
    controls = signing_in.data.of_type("AWS::CloudFront::OriginAccessControl")
    used = {each["OriginAccessControlId"]["Fn::GetAtt"][0] for each in distribution["Origins"]}
    assert used == set(controls)
    configured = [each["OriginAccessControlConfig"] for each in controls.values()]
    assert sorted(each["OriginAccessControlOriginType"] for each in configured) == ["lambda", "s3"]
    assert {each["SigningBehavior"] for each in configured} == {"always"}
    _, url = signing_in.data.only("AWS::Lambda::Url")
    assert url["AuthType"] == "AWS_IAM"
    permissions = signing_in.data.of_type("AWS::Lambda::Permission").values()
    assert {each["Action"] for each in permissions} == {"lambda:InvokeFunctionUrl", "lambda:InvokeFunction"}
    for each in permissions:
        assert each["Principal"] == "cloudfront.amazonaws.com"
        assert "distribution/<PagesDistribution" in text(each["SourceArn"])


def test_the_function_sees_of_a_request_only_what_signing_in_needs(signing_in: SynthesizedStage) -> None:
    _, policy = signing_in.data.only("AWS::CloudFront::OriginRequestPolicy")
    passed_on = policy["OriginRequestPolicyConfig"]
    assert passed_on["CookiesConfig"]["Cookies"] == [sign_in.ATTEMPT_COOKIE]
    assert passed_on["HeadersConfig"]["Headers"] == ["Referer"]
    assert passed_on["QueryStringsConfig"]["QueryStrings"] == ["code", "state", "error"]


def test_the_functions_role_reads_one_clients_secret_and_signs_by_one_key(signing_in: SynthesizedStage) -> None:
    policies = Policies(signing_in.templates)
    granted: dict[str, list[str]] = {}
    for policy in policies.of_roles():
        if policy.holder.startswith(OURS):
            assert {found.split(":")[0] for found in found_in(policy.document)} <= {"RESOURCE_STAR"}
            for statement in policy.statements:
                for action in statement["Action"]:
                    granted.setdefault(action, []).extend(statement["Resource"])
                if statement["Action"] == ["kms:Sign"]:
                    assert statement["Condition"] == {
                        "StringEquals": {"kms:SigningAlgorithm": "RSASSA_PKCS1_V1_5_SHA_256"}
                    }
    anywhere = {action for action, resources in granted.items() if "*" in resources}
    assert anywhere == {"xray:PutTraceSegments", "xray:PutTelemetryRecords"} <= set(UNSCOPED)
    own = {action: resources for action, resources in granted.items() if action not in anywhere}
    assert {action for action in own if not action.startswith("logs:")} == {
        "cognito-idp:DescribeUserPoolClient", "kms:Sign",
    }  # fmt: skip
    assert own["kms:Sign"] == [SIGNING_KEY]
    assert own["cognito-idp:DescribeUserPoolClient"] == [
        "arn:aws:cognito-idp:us-east-1:123456789012:userpool/PagesSignInPool"
    ]


def test_people_are_added_by_operators_and_need_a_password_and_a_second_factor(signing_in: SynthesizedStage) -> None:
    _, pool = signing_in.data.only("AWS::Cognito::UserPool")
    assert pool["AdminCreateUserConfig"] == {"AllowAdminCreateUserOnly": True}
    assert (pool["MfaConfiguration"], pool["EnabledMfas"]) == ("ON", ["SOFTWARE_TOKEN_MFA"])
    password = pool["Policies"]["PasswordPolicy"]
    assert password["MinimumLength"] >= 14
    assert all(password[f"Require{kind}"] for kind in ("Lowercase", "Uppercase", "Numbers", "Symbols"))
    resource = next(each for each in signing_in.data.resources.values() if each["Type"] == "AWS::Cognito::UserPool")
    assert resource["DeletionPolicy"] == "Retain"


def test_the_client_takes_codes_at_one_address_and_nothing_else(signing_in: SynthesizedStage) -> None:
    _, client = signing_in.data.only("AWS::Cognito::UserPoolClient")
    assert (client["AllowedOAuthFlows"], client["AllowedOAuthScopes"]) == (["code"], ["openid"])
    assert client["GenerateSecret"]
    assert client["CallbackURLs"] == [f"https://{SIGN_IN.host}{sign_in.ANSWER}"]
    assert client["LogoutURLs"] == [f"https://{SIGN_IN.host}{sign_in.ENDED}"]
    assert "ExplicitAuthFlows" not in client or client["ExplicitAuthFlows"] == []
