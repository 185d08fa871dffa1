"""Build the stacks of a stage from its settings."""

import json
from dataclasses import dataclass
from pathlib import Path

import aws_cdk as cdk

from courtside.contracts.names import stack_name
from infra.assets import COMMIT
from infra.stacks.access import AccessStack
from infra.stacks.data import DataStack
from infra.stacks.pipeline import PipelineStack
from infra.stacks.tracking import TrackingStack
from infra.stage import StageSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Stacks:
    """The stacks of one stage, in the order in which they are deployed."""

    data: DataStack
    tracking: TrackingStack
    pipeline: PipelineStack


def empty_app(outdir: Path) -> cdk.App:
    """Return an app with the context of cdk.json, which only the CDK command reads by itself."""
    context = json.loads((Path(__file__).parents[1] / "cdk.json").read_text())["context"]
    return cdk.App(context=context, outdir=str(outdir))


def build(app: cdk.App, settings: StageSettings, *, commit: str = "") -> Stacks:
    """Add one stage's stacks to the app; reads no environment, so a test builds what a deployment does.

    `commit` is the checkout's commit; every training and every image is tagged with it.

    The app must carry cdk.json's context: outside the CDK command, `empty_app` makes one that does.
    """
    app.node.set_context(COMMIT, commit)
    if settings.bootstrap_qualifier:
        app.node.set_context("@aws-cdk/core:bootstrapQualifier", settings.bootstrap_qualifier)
    data = DataStack(app, stack_name(settings.stage, "data"), settings=settings)
    tracking = TrackingStack(app, stack_name(settings.stage, "tracking"), settings=settings, data=data)
    pipeline = PipelineStack(
        app,
        stack_name(settings.stage, "pipeline"),
        settings=settings,
        data=data,
        tracking=tracking,
        commit=commit,
    )
    if settings.github_repository:
        AccessStack(app, stack_name(settings.stage, "access"), settings=settings, repository=settings.github_repository)
    cdk.Tags.of(app).add("project", "courtside")
    cdk.Tags.of(app).add("stage", settings.stage)
    return Stacks(data=data, tracking=tracking, pipeline=pipeline)
