"""`courtside alerts`: prove that the stage's alerts arrive."""

from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from courtside.cli.console import JsonFlag, people, print_json, print_pairs
from courtside.cli.stage import Stage
from courtside.contracts.channels import CHANNELS
from courtside.contracts.errors import CourtsideError

if TYPE_CHECKING:
    from courtside.adapters.alert_probe import Proof

app = typer.Typer(no_args_is_help=True, help="Prove that alerts arrive.")


_WHY = {
    "dead letter": "the test alert did not reach {title} and is among the dead letters: courtside doctor says "
    "whether the webhook can be one, and the log of {notifier} says what {title} answered",
    "no webhook": "the notifier received the test alert but has no webhook to post it to: put one into the {title} "
    "secret (courtside doctor prints the command)",
    "unknown": "the test alert was neither posted to {title} nor became a dead letter in time: look at the log of "
    "{notifier} and at the topic's subscriptions",
}


class NoChannel(CourtsideError):
    """The stage has no notifier, and nothing here can see whether an e-mail arrives."""

    def __init__(self, stage: str) -> None:
        self.stage = stage
        super().__init__(
            f"every channel ({', '.join(CHANNELS)}) is switched off for stage {stage} in infra/settings.py, and "
            "whether an e-mail arrives cannot be seen from here: courtside doctor says which addresses are confirmed"
        )


class AlertNotDelivered(CourtsideError):
    """A test alert did not reach every channel."""

    def __init__(self, proof: "Proof") -> None:
        self.proof = proof
        missed = {CHANNELS[name]: fate.value for name, fate in proof.fates.items() if fate.value in _WHY}
        said = (_WHY[fate].format(title=to.title, notifier=to.notifier) for to, fate in missed.items())
        super().__init__("; ".join(said))


@app.command("test")
def prove(stage: Stage = "dev", as_json: JsonFlag = False) -> None:
    """Send a test alert through the stage's topic and wait until every channel has taken it or has failed.

    Exits with 1 unless all of them took it; a dead letter may take four minutes, because Lambda tries three times.

    Example: `courtside alerts test --stage dev`
    """
    from courtside.adapters.alert_probe import Fate, probe
    from courtside.adapters.deployment import reaching_aws, stage_outputs
    from courtside.adapters.stack_resources import stack_resources
    from courtside.contracts.names import StackOutput, stack_name

    with people.status("Asking the stage"):
        outputs = stage_outputs(stage)
    channels = [channel for channel in CHANNELS.values() if channel.secret_output in outputs]
    if not channels:
        raise NoChannel(stage)
    with people.status("Waiting for the test alert"), reaching_aws():
        resources = stack_resources(stack_name(stage, "pipeline"))
        proof = probe(outputs[StackOutput.ALERT_TOPIC], resources, channels=channels, stage=stage)
    if as_json:
        print_json(asdict(proof))
    else:
        told = f"it was sent to {proof.emails} confirmed addresses too" if proof.emails else "no confirmed address"
        fates = {channel.title: proof.fates[channel.name] for channel in channels}
        print_pairs({**{to: f"{fate} after {proof.seconds:.0f} s" for to, fate in fates.items()}, "e-mail": told})
    if set(proof.fates.values()) != {Fate.DELIVERED}:
        raise AlertNotDelivered(proof)
