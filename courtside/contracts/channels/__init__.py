"""The alert channels: every module of this package that holds a `CHANNEL` is one; a stage has a setting of its name."""

from courtside.contracts.channels.channel import Channel
from courtside.contracts.discovery import declared_in

CHANNELS = {channel.name: channel for channel in declared_in(__name__, __path__, name="CHANNEL", kind=Channel)}

__all__ = ["CHANNELS", "Channel"]
