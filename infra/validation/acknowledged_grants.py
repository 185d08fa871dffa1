"""Accepted findings about what roles may do: every grant with a star in it, and why it has one."""

from courtside.contracts import drift_keys, lake_keys, training_keys
from infra.constructs import publishing
from infra.constructs.incidents import LINKED
from infra.validation.acknowledgement import Acknowledged
from infra.validation.roles import (
    ARRIVALS_ROLE,
    CHECK_ROLE,
    COLLECTION_ROLE,
    FIND_DUE_ROLE,
    JUDGE_ROLE,
    MACHINE_ROLE,
    MAP_POLICY,
    PREDICT_ROLE,
    PUBLISH_ROLE,
    REPORTING,
    REPORTING_OF_STAGE,
    SETTLE_ROLE,
    STEPS,
    TRAINING_ROLE,
    WATCH,
    WATCH_ROLE,
    step_role,
    tracking_callers,
)

_RESULTS = tuple(
    key("*", "*")
    for key in (
        training_keys.training_record,
        training_keys.training_profile,
        training_keys.training_holdout,
        training_keys.training_smoke,
        training_keys.training_card,
        training_keys.training_card_page,
        training_keys.training_card_text,
    )
)


def _iam5(resource: str, *at: str, reason: str) -> Acknowledged:
    return Acknowledged(rule=f"AwsSolutions-IAM5[Resource::{resource}]", at=at, reason=reason)


GRANTS = (
    _iam5(
        "*",
        "tracking/Mlflow/Task/ExecutionRole/DefaultPolicy/Resource",
        "tracking/TrackingCopy/Task/ExecutionRole/DefaultPolicy/Resource",
        "pipeline/Training/Task/ExecutionRole/DefaultPolicy/Resource",
        "pipeline/TrackingUpkeep/*/ExecutionRole/DefaultPolicy/Resource",
        MACHINE_ROLE,
        WATCH_ROLE,
        "pipeline/*/ServiceRole/DefaultPolicy/Resource",
        "data/Pages/SignIn/Function/ServiceRole/DefaultPolicy/Resource",
        reason="AWS has no narrower resource for these actions; infra/validation/unscoped.py explains each of them.",
    ),
    _iam5(
        "<LakeBucket>/*",
        CHECK_ROLE,
        reason="It reads data, profiles and decisions, whose keys depend on the model; it writes under three prefixes.",
    ),
    *(
        _iam5(
            f"<LakeBucket>/{prefix}*",
            step_role("Freeze"),
            ARRIVALS_ROLE,
            PREDICT_ROLE,
            JUDGE_ROLE,
            reason="It reads all seasons, or all files of a table.",
        )
        for prefix in (lake_keys.GAMES_PREFIX, lake_keys.TABLES_PREFIX)
    ),
    _iam5(
        f"<LakeBucket>/{training_keys.trainings('*')}*",
        step_role("Gate"),
        step_role("Seal"),
        reason="It reads what the training wrote; its own verdict lies under another key.",
    ),
    _iam5(
        f"<LakeBucket>/{lake_keys.seals('*')}*",
        *map(step_role, ("Seal", "Promote", "RollBack")),
        PREDICT_ROLE,
        JUDGE_ROLE,
        reason="There is one folder for each seal, by model.",
    ),
    _iam5(
        f"<LakeBucket>/{lake_keys.champion_reference('*')}",
        *map(step_role, ("Gate", "Promote", "RollBack")),
        reason="There is one such document for each model.",
    ),
    _iam5(
        f"<LakeBucket>/{lake_keys.contracts('*')}*",
        *map(step_role, ("Freeze", "Gate", "Seal", "Promote", "RollBack")),
        ARRIVALS_ROLE,
        CHECK_ROLE,
        PREDICT_ROLE,
        JUDGE_ROLE,
        reason="It reads the contract of the model that it is called for; only people may write one.",
    ),
    _iam5("<ArtifactsBucket>/mlflow/*/models/*", step_role("Seal"), reason="MLflow chooses the keys of models."),
    _iam5(
        "<LakeBucket>/*",
        TRAINING_ROLE,
        reason="Training reads frozen data, whose keys depend on the dataset; it writes only its own results.",
    ),
    _iam5(
        "<ArtifactsBucket>/*",
        TRAINING_ROLE,
        "tracking/Mlflow/Task/TaskRole/DefaultPolicy/Resource",
        reason="MLflow chooses the keys, with a folder for each run and model.",
    ),
    _iam5("<ArtifactsBucket>/mlflow/*", COLLECTION_ROLE, reason="It deletes only under MLflow's own folder."),
    _iam5("<ArtifactsBucket>/mlflow/*", TRAINING_ROLE, reason="It writes only under MLflow's own folder."),
    _iam5(
        "<ArtifactsBucket>/mlflow/*/artifacts/report.html",
        CHECK_ROLE,
        reason="The run's id is in the middle of the key; the name at its end keeps every model out of reach.",
    ),
    Acknowledged(
        rule="AwsSolutions-IAM5[Action::kms:GenerateDataKey*]",
        at=(*REPORTING, FIND_DUE_ROLE, step_role("RequestApproval"), MACHINE_ROLE),
        reason="This is about the alert topic's own key; SNS may make a data key by either call.",
    ),
    *(
        _iam5(f"<LakeBucket>/{prefix}*", CHECK_ROLE, reason="They are stored by model, day and check.")
        for prefix in (drift_keys.drift_reports("*"), lake_keys.DRIFT_ROWS_PREFIX, lake_keys.DECISIONS_PREFIX)
    ),
    *(
        _iam5(f"<LakeBucket>/{prefix}*", ARRIVALS_ROLE, reason=reason)
        for prefix, reason in (
            (lake_keys.INCOMING_PREFIX, "Whoever writes the files chooses their names."),
            (
                lake_keys.ARRIVED_PREFIX,
                "There is one object for each load, by day; the function can add them, but delete none.",
            ),
            (lake_keys.arrivals("*"), "There is one record for each file, by model."),
        )
    ),
    _iam5(
        f"<LakeBucket>/{lake_keys.quarantines('*')}*",
        ARRIVALS_ROLE,
        PREDICT_ROLE,
        reason="There is one folder for each wrong file, and for what cannot be predicted, by model.",
    ),
    _iam5(
        f"<LakeBucket>/{lake_keys.incidents('*')}*",
        *REPORTING,
        reason="There is one object for each incident, by model; the function can add them, but delete none.",
    ),
    _iam5(
        f"<LakeBucket>/{lake_keys.incidents('')}*",
        *REPORTING_OF_STAGE,
        reason="There is one object for each incident of the stage itself; the function can add them, but delete none.",
    ),
    *(
        _iam5(
            f"<LakeBucket>/{prefix}*",
            *roles,
            reason="There are files for each model and day; the function can add and read them, but delete none.",
        )
        for prefix, *roles in (
            (lake_keys.PREDICTIONS_PREFIX, PREDICT_ROLE, JUDGE_ROLE),
            (lake_keys.LABELS_PREFIX, JUDGE_ROLE),
            (lake_keys.PERFORMANCE_PREFIX, JUDGE_ROLE),
            (lake_keys.EVIDENCE_PREFIX, JUDGE_ROLE),
            (lake_keys.PROMISE_TESTS_PREFIX, JUDGE_ROLE),
            (lake_keys.ESTIMATES_PREFIX, PREDICT_ROLE),
        )
    ),
    _iam5(
        f"<LakeBucket>/{lake_keys.ARRIVING_TABLES}",
        ARRIVALS_ROLE,
        reason="It is the copy of a file that is being loaded, beside the table only until it is known to fit.",
    ),
    Acknowledged(
        rule="AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:s3:::",
        at=(ARRIVALS_ROLE,),
        reason="It is a folder in a team's own bucket that incoming_prefixes names; the function may only read it.",
        goes_on=True,
    ),
    _iam5(
        f"<LakeBucket>/{lake_keys.TRACKING_BACKUPS_PREFIX}*",
        "tracking/TrackingCopy/Task/TaskRole/DefaultPolicy/Resource",
        reason="There is one object for each backup; the task can add and read them, but delete none.",
    ),
    *(_iam5(f"<LakeBucket>/{key}", TRAINING_ROLE, reason="One object of each training's folder.") for key in _RESULTS),
    *(
        _iam5(f"<LakeBucket>/{key('*', '*')}", *roles, reason="One object of each training's folder.")
        for key, roles in (
            (training_keys.training_card, (JUDGE_ROLE,)),
            (training_keys.training_holdout, (JUDGE_ROLE, PREDICT_ROLE)),
        )
    ),
    *(
        _iam5(
            f"<LakeBucket>/{prefix}*",
            *map(step_role, ("Promote", "RollBack")),
            reason="Notebooks read the files by these names.",
        )
        for prefix in (lake_keys.LEGACY_MODELS_PREFIX, lake_keys.LEGACY_FEATURES_PREFIX)
    ),
    *(
        _iam5(f"<LakeBucket>/{prefix}*", *roles, reason=reason)
        for prefix, reason, *roles in (
            (
                lake_keys.LEGACY_STAGED_PREFIX,
                "Each training has a folder for its files.",
                *map(step_role, ("Promote", "RollBack")),
            ),
            (
                training_keys.training_legacy("*", "*"),
                "Files that wait for a promotion lie in each training's folder.",
                TRAINING_ROLE,
            ),
            (
                training_keys.training_spool("*", "*"),
                "Runs that waited for the server lie in each training's folder.",
                TRAINING_ROLE,
            ),
        )
    ),
    _iam5(
        f"<LakeBucket>/{training_keys.training_manifest('*', '*')}",
        step_role("Freeze"),
        PREDICT_ROLE,
        reason="One object of each training's folder.",
    ),
    _iam5(
        f"<LakeBucket>/{training_keys.training_verdict('*', '*')}",
        *map(step_role, ("Gate", "RequestApproval", "Promote")),
        reason="One object of each training's folder.",
    ),
    *(
        _iam5(
            f"arn:<AWS::Partition>:execute-api:<AWS::Region>:<AWS::AccountId>:<TrackingApi>/*/{call}",
            *roles,
            reason="It is one call of this one API; the stars stand for its stage and the model's id from MLflow.",
        )
        for call, roles in tracking_callers().items()
    ),
    *(
        _iam5(
            f"arn:<AWS::Partition>:ecs:<AWS::Region>:<AWS::AccountId>:task/{cluster}/*",
            role,
            reason="A task's name is made when it is started, and it may be given tags only at that moment.",
        )
        for cluster, role in (
            ("<TrainingCluster>", MACHINE_ROLE),
            ("<MlflowCluster>", "pipeline/SchedulerRoleForTarget-*/DefaultPolicy/Resource"),
        )
    ),
    _iam5(
        "arn:<AWS::Partition>:logs:<AWS::Region>:<AWS::AccountId>:log-group:/aws/rds/instance/<TrackingDatabase>/postgresql:*",
        "pipeline/SchedulerRoleForTarget-*/DefaultPolicy/Resource",
        reason="The ARN of this one log group ends like this; the role may set the group's retention.",
    ),
    *(
        _iam5(
            f"<Steps{step}.Arn>:*", MACHINE_ROLE, reason="These are the versions of the function that the state calls."
        )
        for step in STEPS
    ),
    *(
        _iam5(
            f"<{function.replace('/', '')}.Arn>:*",
            WATCH_ROLE,
            reason="These are the versions of the function that the state calls.",
        )
        for function in WATCH
    ),
    *(
        _iam5(
            f"<LakeBucket>/{pattern}", *REPORTING, FIND_DUE_ROLE, reason="Alerts link one page of each model or check."
        )
        for pattern in LINKED
        if "*" in pattern
    ),
    *(
        _iam5(f"<LakeBucket>/{pattern}", PUBLISH_ROLE, reason="What its pages show lies below each model and day.")
        for pattern in publishing.SHOWN
        if "*" in pattern
    ),
    *(
        _iam5(f"<LakeBucket>/{pattern}", PUBLISH_ROLE, reason="It writes the rows of each model, day by day.")
        for pattern in publishing.WRITABLE
        if pattern != publishing.PAGES
    ),
    Acknowledged(
        rule="AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:cloudformation:<AWS::Region>:<AWS::AccountId>:stack/courtside-",
        at=(PUBLISH_ROLE,),
        reason="It reads the templates of its own stage's stacks; the star stands for the id that each got.",
        goes_on=True,
    ),
    Acknowledged(
        rule="AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution:",
        at=(PUBLISH_ROLE,),
        reason="It reads what became of the executions of this one state machine.",
        goes_on=True,
    ),
    _iam5(
        f"<LakeBucket>/{lake_keys.contracts('*')}*",
        PUBLISH_ROLE,
        reason="It reads the contract of each model; only people may write one.",
    ),
    _iam5(
        f"<LakeBucket>/{lake_keys.WATCH_PREFIX}*",
        FIND_DUE_ROLE,
        SETTLE_ROLE,
        reason="There is one list and one folder for each round.",
    ),
    _iam5(
        f"<LakeBucket>/{lake_keys.contracts('*')}*",
        SETTLE_ROLE,
        reason="It reads how often a model is checked in the model's contract, whose key depends on its content.",
    ),
    Acknowledged(
        rule="AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution:",
        at=(MAP_POLICY,),
        reason="These are the executions of this one state machine, which its map starts and may stop or start again.",
        goes_on=True,
    ),
    _iam5(
        "arn:<AWS::Partition>:s3:::<LakeBucket>/*",
        WATCH_ROLE,
        reason="CDK grants this to a map that reads its list; a denial restricts it to the lists of rounds.",
    ),
)
