"""Where alerts go."""

from typing import Protocol

from courtside.core.alerting import Alert


class AlertChannel(Protocol):
    """Where alerts go."""

    def publish(self, alert: Alert) -> None:
        """Send one alert to everyone subscribed."""
        ...
