"""`courtside kept`: what a destroyed stage left in the account on purpose."""

from dataclasses import asdict

from courtside.cli.console import JsonFlag, print_json, results
from courtside.cli.stage import Stage


def kept(stage: Stage = "dev", as_json: JsonFlag = False) -> None:
    """List what is left of a stage after `cdk destroy`, and the command that removes each for good.

    Example: `cdk destroy --all -c stage=dev && courtside kept --stage dev`
    """
    from courtside.adapters.deployment import reaching_aws
    from courtside.adapters.kept import kept as left

    with reaching_aws():
        found = left(stage)
    if as_json:
        print_json([asdict(thing) for thing in found])
        return
    if not found:
        results.print(f"Nothing is left of stage {stage} (of what was destroyed in the last 90 days).")
    for thing in found:
        name = f" ({thing.logical_id})" if thing.logical_id else ""
        results.print(f"{thing.kind} {thing.name}{name}: {thing.holds}", markup=False, soft_wrap=True)
        results.print(f"    to remove it: {thing.remove}", markup=False, highlight=False, soft_wrap=True)
