"""What `courtside backtest` prints of the policies that it replayed."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from courtside.contracts.records.backtests import BacktestResult, Versus

_SHOWN = ("log_loss", "brier_score", "accuracy", "macro_auc", "rmse", "mae", "r2")


def row(result: "BacktestResult") -> dict[str, Any]:
    """Return the row of a policy, figures by the titles of its task."""
    return {
        "policy": result.policy,
        "window": result.window,
        **_figures(result),
        "trainings": result.trainings,
        "promotions": result.promotions,
        "alerts": result.alerts,
        "seconds": round(result.seconds, 1),
    }


def _figures(result: "BacktestResult") -> dict[str, Any]:
    from courtside.core.tasks import BINARY, task_of

    if result.task == BINARY:
        return {
            "log loss": f"{result.log_loss:.5f}",
            "Brier": f"{result.brier:.5f}",
            "accuracy": f"{result.accuracy:.4f}",
            "AUC": None if result.auc is None else f"{result.auc:.4f}",
        }
    figures, own = result.figures, task_of(result.task)
    titles = [figure for figure in own.figures if figure.name in _SHOWN]
    return {each.title: None if figures[each.name] is None else f"{figures[each.name]:.5g}" for each in titles}


def compared(result: "BacktestResult", versus: "Versus") -> str:
    """Say by how much a policy's loss differs from another's, and whether that is beyond chance."""
    from courtside.core.tasks import task_of

    loss, name = versus.difference(result.loss_name), task_of(result.task).loss_title
    if loss.difference == loss.low == loss.high == 0:
        return f"{result.policy} against {versus.policy}: the same {name} on all {versus.blocks} {versus.of}"
    shown = "+.5g" if result.loss_name == "squared_error" else "+.5f"
    said = f"{result.policy} against {versus.policy}: {name} {loss.difference:{shown}}"
    sure = "" if loss.low <= 0 <= loss.high else ", beyond chance"
    return f"{said} (95 % interval {loss.low:{shown}} to {loss.high:{shown}}, by {versus.blocks} {versus.of}){sure}"
