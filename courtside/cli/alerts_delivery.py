"""`courtside alerts test` and `redrive`: prove that the stage's alerts arrive, and send again what did not."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from courtside.cli.console import JsonFlag, people, print_json, print_pairs, print_table, say
from courtside.cli.entry import EXIT_FAILED
from courtside.cli.stage import Stage
from courtside.contracts.channels import CHANNELS
from courtside.contracts.errors import BadInput, CourtsideError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from courtside.adapters.alert_probe import Proof
    from courtside.adapters.redrive import Redriven
    from courtside.contracts.channels import Channel

EMAIL = "email"
_NAMES = (*CHANNELS, EMAIL)

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


class ChannelUnknown(BadInput):
    """Alerts go nowhere by this name."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(
            f"{name[:40]!r} is no channel of alerts; --channel takes one of {', '.join([*CHANNELS, EMAIL])}"
        )


class ChannelOff(CourtsideError):
    """The channel that was asked for is switched off for the stage."""

    def __init__(self, channel: "Channel", stage: str) -> None:
        self.channel = channel.name
        self.stage = stage
        super().__init__(
            f"{channel.title} is switched off for stage {stage}: set {channel.name}=True in infra/settings.py and "
            "deploy"
        )


class NoAddressConfirmed(CourtsideError):
    """No e-mail address hears every alert of the stage."""

    def __init__(self, stage: str) -> None:
        self.stage = stage
        super().__init__(
            f"no e-mail address hears the alerts of stage {stage}: set alert_emails in infra/settings.py, deploy, and "
            "follow the link in the mail from AWS Notifications; `courtside doctor` says which addresses are confirmed"
        )


class AlertNotDelivered(CourtsideError):
    """A test alert did not reach every channel."""

    def __init__(self, proof: "Proof") -> None:
        self.proof = proof
        missed = {CHANNELS[name]: fate.value for name, fate in proof.fates.items() if fate.value in _WHY}
        said = (_WHY[fate].format(title=to.title, notifier=to.notifier) for to, fate in missed.items())
        super().__init__("; ".join(said))


def _channel(name: str | None) -> str | None:
    if name is not None and name not in _NAMES:
        raise ChannelUnknown(name)
    return name


ChannelName = Annotated[
    str | None,
    typer.Option(
        "--channel",
        callback=_channel,
        help=f"Wait only for this one: {', '.join(_NAMES)} [default: every channel that is switched on].",
    ),
]


def prove(stage: Stage = "dev", channel: ChannelName = None, as_json: JsonFlag = False) -> None:
    """Send a test alert through the stage's topic and wait until every channel has taken it or has failed.

    Everybody who hears all alerts gets it. Whether a mail reaches its reader cannot be seen: `email` says how many
    confirmed addresses it was sent to. Exits with 1 unless the channels took it; a dead letter may take four minutes,
    because Lambda tries three times.

    Examples:

    - `courtside alerts test --stage dev`

    - `courtside alerts test --channel slack --json`
    """
    from courtside.adapters.alert_probe import probe
    from courtside.adapters.deployment import reaching_aws, stage_outputs
    from courtside.adapters.notifier_log import Fate
    from courtside.adapters.stack_resources import stack_resources
    from courtside.contracts.names import StackOutput, stack_name

    with people.status("Asking the stage"):
        outputs = stage_outputs(stage)
    channels = _asked_for(channel, stage, outputs)
    with people.status("Waiting for the test alert"), reaching_aws():
        resources = stack_resources(stack_name(stage, "pipeline"))
        proof = probe(outputs[StackOutput.ALERT_TOPIC], resources, channels=channels, stage=stage)
    if as_json:
        print_json(asdict(proof))
    else:
        told = f"it was sent to {proof.emails} confirmed addresses" if proof.emails else "no confirmed address"
        fates = {each.title: proof.fates[each.name] for each in channels}
        print_pairs({**{to: f"{fate} after {proof.seconds:.0f} s" for to, fate in fates.items()}, "e-mail": told})
    if {*proof.fates.values()} - {Fate.DELIVERED}:
        raise AlertNotDelivered(proof)
    if channel == EMAIL and not proof.emails:
        raise NoAddressConfirmed(stage)


def _asked_for(name: str | None, stage: str, outputs: "Mapping[str, str]") -> "list[Channel]":
    """Return the channels to wait for, none for e-mail; raises `ChannelOff` and `NoChannel`."""
    if name == EMAIL:
        return []
    there = [each for each in CHANNELS.values() if each.secret_output in outputs]
    if name is not None:
        if CHANNELS[name] not in there:
            raise ChannelOff(CHANNELS[name], stage)
        return [CHANNELS[name]]
    if not there:
        raise NoChannel(stage)
    return there


def redrive(stage: Stage = "dev", as_json: JsonFlag = False) -> None:
    """Send every alert that reached nobody again, each only to whom it missed.

    What is taken leaves the queue of dead letters; what is not stays there, and the reason is said. An alert that a
    channel's log says was posted is not posted again. Exits with 1 if anything stays.

    Example: `courtside alerts redrive --stage dev`
    """
    from courtside.adapters.deployment import reaching_aws, stage_outputs
    from courtside.adapters.redrive import Outcome, Redrive
    from courtside.adapters.stack_resources import stack_resources
    from courtside.contracts.names import StackOutput, stack_name

    done: list[Redriven] = []
    with people.status("Asking the stage") as status, reaching_aws():
        outputs = stage_outputs(stage)
        resources = stack_resources(stack_name(stage, "pipeline"))
        channels = [each for each in CHANNELS.values() if each.secret_output in outputs]
        for each in Redrive(outputs[StackOutput.ALERT_TOPIC], resources, channels).run():
            done.append(each)
            status.update(f"Sending {len(done)} alerts again")
    if as_json:
        print_json([asdict(each) for each in done])
    elif done:
        print_table("Alerts sent again", [{"alert": one.alert, "to": one.to, "outcome": one.outcome} for one in done])
        for why in dict.fromkeys(f"{one.to or 'nobody'}: {one.why}" for one in done if one.why):
            say(why, style="bold red")
    else:
        say("No alert is undelivered")
    if any(each.outcome is Outcome.KEPT for each in done):
        say("What was kept waits in the queue: correct the reason, then `courtside alerts redrive` once more")
        raise typer.Exit(EXIT_FAILED)
