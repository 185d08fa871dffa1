"""Who may see a stage's pages without AWS credentials: a user pool, and the function that takes people through it."""

import aws_cdk as cdk
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_iam as iam
from constructs import Construct

from courtside.contracts.environment import SignInEnv
from courtside.contracts.sign_in import ANSWER, ENDED
from infra.constructs.functions import ImageFunction
from infra.dashboard_sign_in import DashboardSignIn
from infra.stage import StageSettings

_TIMEOUT = cdk.Duration.seconds(25)
"""CloudFront waits 30 seconds; within, the function may wait for Cognito twice and for KMS once."""
# Tokens are read once, on the way in, and kept nowhere: these are the shortest times that Cognito offers.
_TOKENS_LAST = cdk.Duration.minutes(5)
_REFRESH_LASTS = cdk.Duration.minutes(60)


class SignIn(Construct):
    """People whom an operator adds, each with a password and a second factor, and nobody else."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        asked: DashboardSignIn,
        key_pair_id: str,
        settings: StageSettings,
    ) -> None:
        super().__init__(scope, construct_id)
        self.pool = _pool(self, settings)
        # The prefix is taken for all accounts of a region.
        prefix = f"courtside-{settings.stage}-{cdk.Aws.ACCOUNT_ID}"
        domain = self.pool.add_domain("Domain", cognito_domain=cognito.CognitoDomainOptions(domain_prefix=prefix))
        client = _client(self.pool, asked.host)
        self.function = ImageFunction(
            self,
            "Function",
            verb="sign_in",
            environment=SignInEnv(
                host=asked.host,
                pool=domain.base_url(),
                issuer=self.pool.user_pool_provider_url,
                user_pool_id=self.pool.user_pool_id,
                client_id=client.user_pool_client_id,
                key_pair_id=key_pair_id,
                signing_key_arn=asked.signing_key,
                hours=asked.hours,
            ),
            settings=settings,
            timeout=_TIMEOUT,
            memory_mib=512,
        )
        self._grant(asked)

    def _grant(self, asked: DashboardSignIn) -> None:
        """Let the function read the secret of its client and sign by one key in one way: no user, and no object."""
        grants = (
            iam.PolicyStatement(actions=["cognito-idp:DescribeUserPoolClient"], resources=[self.pool.user_pool_arn]),
            iam.PolicyStatement(
                actions=["kms:Sign"],
                resources=[asked.signing_key],
                conditions={"StringEquals": {"kms:SigningAlgorithm": "RSASSA_PKCS1_V1_5_SHA_256"}},
            ),
        )
        for grant in grants:
            self.function.add_to_role_policy(grant)


def _pool(scope: Construct, settings: StageSettings) -> cognito.UserPool:
    return cognito.UserPool(
        scope,
        "Pool",
        self_sign_up_enabled=False,
        sign_in_aliases=cognito.SignInAliases(email=True),
        sign_in_case_sensitive=False,
        account_recovery=cognito.AccountRecovery.EMAIL_ONLY,
        mfa=cognito.Mfa.REQUIRED,
        # A telephone number can be taken over, and every message to one costs.
        mfa_second_factor=cognito.MfaSecondFactor(otp=True, sms=False),
        password_policy=cognito.PasswordPolicy(
            min_length=14,
            require_digits=True,
            require_lowercase=True,
            require_uppercase=True,
            require_symbols=True,
            temp_password_validity=cdk.Duration.days(3),
        ),
        feature_plan=cognito.FeaturePlan.LITE,
        deletion_protection=settings.deletion_protection,
        removal_policy=cdk.RemovalPolicy.RETAIN,
    )


def _client(pool: cognito.UserPool, host: str) -> cognito.UserPoolClient:
    return pool.add_client(
        "Client",
        generate_secret=True,
        prevent_user_existence_errors=True,
        enable_token_revocation=True,
        supported_identity_providers=[cognito.UserPoolClientIdentityProvider.COGNITO],
        o_auth=cognito.OAuthSettings(
            flows=cognito.OAuthFlows(authorization_code_grant=True),
            scopes=[cognito.OAuthScope.OPENID],
            callback_urls=[f"https://{host}{ANSWER}"],
            logout_urls=[f"https://{host}{ENDED}"],
        ),
        id_token_validity=_TOKENS_LAST,
        access_token_validity=_TOKENS_LAST,
        refresh_token_validity=_REFRESH_LASTS,
    )
