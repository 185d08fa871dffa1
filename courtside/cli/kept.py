"""`courtside kept`: what a destroyed stage left behind in the account on purpose."""

from dataclasses import asdict

from courtside.cli.console import JsonFlag, people, print_json, print_text
from courtside.cli.stage import Stage


def kept(stage: Stage = "dev", as_json: JsonFlag = False) -> None:
    """List what is left of a stage after `cdk destroy`, and the command that removes each for good.

    Example: `cdk destroy --all -c stage=dev && courtside kept --stage dev`
    """
    from courtside.adapters.deployment import reaching_aws
    from courtside.adapters.retained_resources import retained_resources

    with people.status("Asking the account"), reaching_aws():
        found = retained_resources(stage)
    if as_json:
        print_json([asdict(thing) for thing in found])
        return
    if not found:
        print_text(f"Nothing is left of stage {stage} (of what was destroyed in the last 90 days).")
    for thing in found:
        name = f" ({thing.logical_id})" if thing.logical_id else ""
        print_text(f"{thing.kind} {thing.name}{name}: {thing.holds}")
        print_text(f"    to remove it: `{thing.remove}`")
