"""Accepted findings about what roles may do: every grant with a star in it, and why it has one."""

from courtside.contracts import drift_keys, lake_keys, training_keys
from infra.constructs.incidents import LINKED
from infra.validation.acknowledgement import Acknowledged, starred
from infra.validation.roles import (
    ARRIVALS_ROLE,
    CHECK_ROLE,
    COLLECTION_ROLE,
    FIND_DUE_ROLE,
    JUDGE_ROLE,
    MACHINE_ROLE,
    MAP_POLICY,
    PREDICT_ROLE,
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


GRANTS = (
    starred(
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
    starred(
        "<LakeBucket>/*",
        CHECK_ROLE,
        reason="It reads data, profiles and decisions, whose keys depend on the model; it writes under three prefixes.",
    ),
    *(
        starred(
            f"<LakeBucket>/{prefix}*",
            step_role("Freeze"),
            ARRIVALS_ROLE,
            PREDICT_ROLE,
            JUDGE_ROLE,
            reason="It reads all seasons, or all files of a table.",
        )
        for prefix in (lake_keys.GAMES_PREFIX, lake_keys.TABLES_PREFIX)
    ),
    starred(
        f"<LakeBucket>/{training_keys.trainings('*')}*",
        step_role("Gate"),
        step_role("Seal"),
        reason="It reads what the training wrote; its own verdict lies under another key.",
    ),
    starred(
        f"<LakeBucket>/{lake_keys.seals('*')}*",
        *map(step_role, ("Seal", "Promote", "RollBack")),
        PREDICT_ROLE,
        JUDGE_ROLE,
        reason="There is one folder for each seal, by model.",
    ),
    starred(
        f"<LakeBucket>/{lake_keys.champion_reference('*')}",
        *map(step_role, ("Gate", "Promote", "RollBack")),
        reason="There is one such document for each model.",
    ),
    starred(
        f"<LakeBucket>/{lake_keys.contracts('*')}*",
        *map(step_role, ("Freeze", "Gate", "Seal", "Promote", "RollBack")),
        ARRIVALS_ROLE,
        CHECK_ROLE,
        PREDICT_ROLE,
        JUDGE_ROLE,
        reason="It reads the contract of the model that it is called for; only people may write one.",
    ),
    starred("<ArtifactsBucket>/mlflow/*/models/*", step_role("Seal"), reason="MLflow chooses the keys of models."),
    starred(
        "<LakeBucket>/*",
        TRAINING_ROLE,
        reason="Training reads frozen data, whose keys depend on the dataset; it writes only its own results.",
    ),
    starred(
        "<ArtifactsBucket>/*",
        TRAINING_ROLE,
        "tracking/Mlflow/Task/TaskRole/DefaultPolicy/Resource",
        reason="MLflow chooses the keys, with a folder for each run and model.",
    ),
    starred("<ArtifactsBucket>/mlflow/*", COLLECTION_ROLE, reason="It deletes only under MLflow's own folder."),
    starred("<ArtifactsBucket>/mlflow/*", TRAINING_ROLE, reason="It writes only under MLflow's own folder."),
    starred(
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
        starred(f"<LakeBucket>/{prefix}*", CHECK_ROLE, reason="They are stored by model, day and check.")
        for prefix in (drift_keys.drift_reports("*"), lake_keys.DRIFT_ROWS_PREFIX, lake_keys.DECISIONS_PREFIX)
    ),
    *(
        starred(f"<LakeBucket>/{prefix}*", ARRIVALS_ROLE, reason=reason)
        for prefix, reason in (
            (lake_keys.INCOMING_PREFIX, "Whoever writes the files chooses their names."),
            (
                lake_keys.ARRIVED_PREFIX,
                "There is one object for each load, by day; the function can add them, but delete none.",
            ),
            (lake_keys.arrivals("*"), "There is one record for each file, by model."),
        )
    ),
    starred(
        f"<LakeBucket>/{lake_keys.quarantines('*')}*",
        ARRIVALS_ROLE,
        PREDICT_ROLE,
        reason="There is one folder for each wrong file, and for what cannot be predicted, by model.",
    ),
    starred(
        f"<LakeBucket>/{lake_keys.incidents('*')}*",
        *REPORTING,
        reason="There is one object for each incident, by model; the function can add them, but delete none.",
    ),
    starred(
        f"<LakeBucket>/{lake_keys.incidents('')}*",
        *REPORTING_OF_STAGE,
        reason="There is one object for each incident of the stage itself; the function can add them, but delete none.",
    ),
    *(
        starred(
            f"<LakeBucket>/{prefix}*",
            *roles,
            reason="There are files for each model and day; the function can add and read them, but delete none.",
        )
        for prefix, *roles in (
            (lake_keys.PREDICTIONS_PREFIX, PREDICT_ROLE, JUDGE_ROLE),
            (lake_keys.LABELS_PREFIX, JUDGE_ROLE),
            (lake_keys.PERFORMANCE_PREFIX, JUDGE_ROLE, PREDICT_ROLE),
            (lake_keys.EVIDENCE_PREFIX, JUDGE_ROLE),
            (lake_keys.PROMISE_TESTS_PREFIX, JUDGE_ROLE),
            (lake_keys.ESTIMATES_PREFIX, PREDICT_ROLE),
        )
    ),
    starred(
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
    starred(
        f"<LakeBucket>/{lake_keys.TRACKING_BACKUPS_PREFIX}*",
        "tracking/TrackingCopy/Task/TaskRole/DefaultPolicy/Resource",
        "pipeline/TrackingUpkeep/Backup/TaskRole/DefaultPolicy/Resource",
        reason="There is one object for each backup; tasks can add them, the one that restores read them, none delete.",
    ),
    *(
        starred(f"<LakeBucket>/{key}", TRAINING_ROLE, reason="One object of each training's folder.")
        for key in _RESULTS
    ),
    *(
        starred(f"<LakeBucket>/{key('*', '*')}", *roles, reason="One object of each training's folder.")
        for key, roles in (
            (training_keys.training_card, (JUDGE_ROLE,)),
            (training_keys.training_holdout, (JUDGE_ROLE, PREDICT_ROLE)),
        )
    ),
    *(
        starred(
            f"<LakeBucket>/{prefix}*",
            *map(step_role, ("Promote", "RollBack")),
            reason="Notebooks read the files by these names.",
        )
        for prefix in (lake_keys.LEGACY_MODELS_PREFIX, lake_keys.LEGACY_FEATURES_PREFIX)
    ),
    *(
        starred(f"<LakeBucket>/{prefix}*", *roles, reason=reason)
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
    starred(
        f"<LakeBucket>/{training_keys.training_manifest('*', '*')}",
        step_role("Freeze"),
        PREDICT_ROLE,
        reason="One object of each training's folder.",
    ),
    starred(
        f"<LakeBucket>/{training_keys.training_verdict('*', '*')}",
        *map(step_role, ("Gate", "RequestApproval", "Promote")),
        reason="One object of each training's folder.",
    ),
    *(
        starred(
            f"arn:<AWS::Partition>:execute-api:<AWS::Region>:<AWS::AccountId>:<TrackingApi>/*/{call}",
            *roles,
            reason="It is one call of this one API; the stars stand for its stage and the model's id from MLflow.",
        )
        for call, roles in tracking_callers().items()
    ),
    *(
        starred(
            f"arn:<AWS::Partition>:ecs:<AWS::Region>:<AWS::AccountId>:task/{cluster}/*",
            role,
            reason="A task's name is made when it is started, and it may be given tags only at that moment.",
        )
        for cluster, role in (
            ("<TrainingCluster>", MACHINE_ROLE),
            ("<MlflowCluster>", "pipeline/SchedulerRoleForTarget-*/DefaultPolicy/Resource"),
        )
    ),
    starred(
        "arn:<AWS::Partition>:logs:<AWS::Region>:<AWS::AccountId>:log-group:/aws/rds/instance/<TrackingDatabase>/postgresql:*",
        "pipeline/SchedulerRoleForTarget-*/DefaultPolicy/Resource",
        reason="The ARN of this one log group ends like this; the role may set the group's retention.",
    ),
    *(
        starred(
            f"<Steps{step}.Arn>:*", MACHINE_ROLE, reason="These are the versions of the function that the state calls."
        )
        for step in STEPS
    ),
    *(
        starred(
            f"<{function.replace('/', '')}.Arn>:*",
            WATCH_ROLE,
            reason="These are the versions of the function that the state calls.",
        )
        for function in WATCH
    ),
    *(
        starred(
            f"<LakeBucket>/{pattern}", *REPORTING, FIND_DUE_ROLE, reason="Alerts link one page of each model or check."
        )
        for pattern in LINKED
        if "*" in pattern
    ),
    starred(
        f"<LakeBucket>/{lake_keys.WATCH_PREFIX}*",
        FIND_DUE_ROLE,
        SETTLE_ROLE,
        reason="There is one list and one folder for each round.",
    ),
    starred(
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
    starred(
        "arn:<AWS::Partition>:s3:::<LakeBucket>/*",
        WATCH_ROLE,
        reason="CDK grants this to a map that reads its list; a denial restricts it to the lists of rounds.",
    ),
)
