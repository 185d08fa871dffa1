"""The address behind which a stage's pages lie for people who signed in; CloudFront itself refuses everybody else."""

import hashlib

import aws_cdk as cdk
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from courtside.contracts.dashboard_keys import OVERVIEW_PAGE
from courtside.contracts.page_policy import SERVED_PAGE_POLICY
from courtside.contracts.sign_in import ATTEMPT_COOKIE, NEEDED, PREFIX, SHOWN
from infra.constructs.buckets import PrivateBucket
from infra.constructs.sign_in import SignIn
from infra.dashboard_sign_in import DashboardSignIn
from infra.outputs import publish
from infra.stage import StageSettings

# It answers every address that is no page's, so that no such request reaches the lake: CloudFront runs it after it has
# checked the cookies.
_ELSEWHERE = f"""function handler(event) {{
  if (event.request.uri === '/') {{
    return {{statusCode: 302, statusDescription: 'Found', headers: {{location: {{value: '/{OVERVIEW_PAGE}'}}}}}};
  }}
  return {{statusCode: 404, statusDescription: 'Not Found'}};
}}
"""
_CACHED = cdk.Duration.minutes(1)
_CACHED_AT_MOST = cdk.Duration.minutes(5)
_A_YEAR = cdk.Duration.days(365)


class PagesAddress(Construct):
    """CloudFront in front of the pages in the lake; every path but those of signing in asks for signed cookies."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        asked: DashboardSignIn,
        lake: PrivateBucket,
        settings: StageSettings,
    ) -> None:
        super().__init__(scope, construct_id)
        # CloudFront changes no key, so another one is another resource.
        made_of = hashlib.sha256(asked.public_key.encode()).hexdigest()[:8]
        key = cloudfront.PublicKey(self, f"Key{made_of}", encoded_key=asked.public_key)
        self._signers = [cloudfront.KeyGroup(self, "Signers", items=[key])]
        self.sign_in = SignIn(self, "SignIn", asked=asked, key_pair_id=key.public_key_id, settings=settings)
        self._headers = _headers(self)
        self._caching = cloudfront.CachePolicy(
            self, "Caching", min_ttl=cdk.Duration.seconds(0), default_ttl=_CACHED, max_ttl=_CACHED_AT_MOST
        )
        control = cloudfront.S3OriginAccessControl(self, "LakeAccess")
        # CDK's own way would open the whole lake to the distribution.
        pages = origins.S3BucketOrigin.with_bucket_defaults(
            lake, origin_access_control_id=control.origin_access_control_id
        )
        self.distribution = cloudfront.Distribution(
            self,
            "Distribution",
            comment=f"Courtside {settings.stage}: pages, after a sign-in",
            domain_names=[asked.host],
            certificate=acm.Certificate.from_certificate_arn(self, "Certificate", asked.certificate),
            minimum_protocol_version=cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021,
            http_version=cloudfront.HttpVersion.HTTP2_AND_3,
            default_behavior=self._elsewhere(pages),
            additional_behaviors={
                f"{PREFIX}*": self._signing_in(),
                **{f"/{pattern}": self._pages(pages) for pattern in SHOWN},
            },
            error_responses=[
                cloudfront.ErrorResponse(
                    http_status=403,
                    response_http_status=403,
                    response_page_path=NEEDED,
                    ttl=cdk.Duration.seconds(0),
                )
            ],
        )
        self._open(lake)
        self._publish()

    def _pages(self, pages: cloudfront.IOrigin) -> cloudfront.BehaviorOptions:
        return cloudfront.BehaviorOptions(
            origin=pages,
            viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
            cache_policy=self._caching,
            response_headers_policy=self._headers,
            trusted_key_groups=self._signers,
        )

    def _elsewhere(self, pages: cloudfront.IOrigin) -> cloudfront.BehaviorOptions:
        answers = cloudfront.Function(
            self,
            "Elsewhere",
            code=cloudfront.FunctionCode.from_inline(_ELSEWHERE),
            runtime=cloudfront.FunctionRuntime.JS_2_0,
        )
        return cloudfront.BehaviorOptions(
            origin=pages,
            viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
            cache_policy=cloudfront.CachePolicy.CACHING_DISABLED,
            response_headers_policy=self._headers,
            trusted_key_groups=self._signers,
            function_associations=[
                cloudfront.FunctionAssociation(function=answers, event_type=cloudfront.FunctionEventType.VIEWER_REQUEST)
            ],
        )

    def _signing_in(self) -> cloudfront.BehaviorOptions:
        address = self.sign_in.function.add_function_url(auth_type=lambda_.FunctionUrlAuthType.AWS_IAM)
        passed_on = cloudfront.OriginRequestPolicy(
            self,
            "PassedOn",
            cookie_behavior=cloudfront.OriginRequestCookieBehavior.allow_list(ATTEMPT_COOKIE),
            header_behavior=cloudfront.OriginRequestHeaderBehavior.allow_list("Referer"),
            query_string_behavior=cloudfront.OriginRequestQueryStringBehavior.allow_list("code", "state", "error"),
        )
        return cloudfront.BehaviorOptions(
            origin=origins.FunctionUrlOrigin.with_origin_access_control(address),
            viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
            cache_policy=cloudfront.CachePolicy.CACHING_DISABLED,
            origin_request_policy=passed_on,
            response_headers_policy=self._headers,
        )

    def _open(self, lake: PrivateBucket) -> None:
        """Let this distribution read pages, and nothing else of the lake, whatever its paths say."""
        lake.add_to_resource_policy(
            iam.PolicyStatement(
                actions=["s3:GetObject"],
                principals=[iam.ServicePrincipal("cloudfront.amazonaws.com")],
                resources=[lake.arn_for_objects(pattern) for pattern in SHOWN],
                conditions={"StringEquals": {"aws:SourceArn": self.distribution.distribution_arn}},
            )
        )

    def _publish(self) -> None:
        stack = cdk.Stack.of(self)
        publish(
            stack,
            "PagesDomainName",
            self.distribution.distribution_domain_name,
            meaning="The host of dashboard_sign_in is a CNAME (or an alias) of this name",
        )
        publish(
            stack,
            "PagesUserPoolId",
            self.sign_in.pool.user_pool_id,
            meaning="Add people here: aws cognito-idp admin-create-user --user-pool-id ID --username ADDRESS",
        )


def _headers(scope: Construct) -> cloudfront.ResponseHeadersPolicy:
    """Return what CloudFront says of every page, in the place of whatever its origin said."""
    never_kept = cloudfront.ResponseCustomHeader(header="Cache-Control", value="no-store", override=True)
    return cloudfront.ResponseHeadersPolicy(
        scope,
        "Headers",
        custom_headers_behavior=cloudfront.ResponseCustomHeadersBehavior(custom_headers=[never_kept]),
        security_headers_behavior=cloudfront.ResponseSecurityHeadersBehavior(
            content_security_policy=cloudfront.ResponseHeadersContentSecurityPolicy(
                content_security_policy=SERVED_PAGE_POLICY, override=True
            ),
            content_type_options=cloudfront.ResponseHeadersContentTypeOptions(override=True),
            frame_options=cloudfront.ResponseHeadersFrameOptions(
                frame_option=cloudfront.HeadersFrameOption.DENY, override=True
            ),
            # Signing in reads from which page somebody came.
            referrer_policy=cloudfront.ResponseHeadersReferrerPolicy(
                referrer_policy=cloudfront.HeadersReferrerPolicy.SAME_ORIGIN, override=True
            ),
            strict_transport_security=cloudfront.ResponseHeadersStrictTransportSecurity(
                access_control_max_age=_A_YEAR, include_subdomains=False, override=True
            ),
        ),
    )
