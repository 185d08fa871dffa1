"""Backtests: policies live through the history of a stream by the code that a stage runs, in one process."""

from courtside.workflows.backtest.backtest import Backtest, backtest
from courtside.workflows.backtest.plan import Plan
from courtside.workflows.backtest.replay import Replay, replay
from courtside.workflows.backtest.rounds import Round, Trained, Witness
from courtside.workflows.backtest.stream import Stream
from courtside.workflows.backtest.versions import Version

__all__ = ["Backtest", "Plan", "Replay", "Round", "Stream", "Trained", "Version", "Witness", "backtest", "replay"]
