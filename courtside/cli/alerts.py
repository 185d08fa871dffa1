"""`courtside alerts`: prove that the stage's alerts arrive."""

from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from courtside.cli.console import JsonFlag, people, print_json, print_pairs
from courtside.cli.stage import Stage
from courtside.contracts.errors import CourtsideError

if TYPE_CHECKING:
    from courtside.adapters.alert_probe import Proof

app = typer.Typer(no_args_is_help=True, help="Prove that alerts arrive.")


_WHY = {
    "dead letter": "the test alert did not reach Slack and is among the dead letters: courtside doctor says "
    "whether the webhook can be one, and the log of NotifySlack says what Slack answered",
    "no webhook": "the notifier received the test alert but has no webhook to post it to: put one into the Slack "
    "secret (courtside doctor prints the command)",
    "unknown": "the test alert was neither posted nor became a dead letter in time: look at the log of NotifySlack "
    "and at the topic's subscriptions",
}


class SlackSwitchedOff(CourtsideError):
    """The stage has no notifier, and nothing here can see whether an e-mail arrives."""

    def __init__(self, stage: str) -> None:
        self.stage = stage
        super().__init__(
            f"Slack is switched off for stage {stage} (slack=False in infra/settings.py), and whether an e-mail "
            "arrives cannot be seen from here: courtside doctor says which addresses are confirmed"
        )


class AlertNotDelivered(CourtsideError):
    """A test alert did not reach Slack."""

    def __init__(self, proof: "Proof") -> None:
        self.proof = proof
        super().__init__(_WHY[proof.fate.value])


@app.command("test")
def prove(stage: Stage = "dev", as_json: JsonFlag = False) -> None:
    """Send a test alert through the stage's topic and wait until Slack has taken it or it has become a dead letter.

    Exits with 1 unless it was delivered; a dead letter may take four minutes, because Lambda tries three times.

    Example: `courtside alerts test --stage dev`
    """
    from courtside.adapters.alert_probe import Fate, probe
    from courtside.adapters.deployment import reaching_aws, stage_outputs
    from courtside.adapters.stack_resources import stack_resources
    from courtside.contracts.names import StackOutput, stack_name

    outputs = stage_outputs(stage)
    if StackOutput.SLACK_WEBHOOK_SECRET not in outputs:
        raise SlackSwitchedOff(stage)
    with people.status("Waiting for the test alert"), reaching_aws():
        proof = probe(outputs[StackOutput.ALERT_TOPIC], stack_resources(stack_name(stage, "pipeline")), stage=stage)
    if as_json:
        print_json(asdict(proof))
    else:
        told = f"it was sent to {proof.emails} confirmed addresses too" if proof.emails else "no confirmed address"
        print_pairs({"Slack": f"{proof.fate.value} after {proof.seconds:.0f} s", "e-mail": told})
    if proof.fate is not Fate.DELIVERED:
        raise AlertNotDelivered(proof)
