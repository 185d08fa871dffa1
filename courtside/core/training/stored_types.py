"""Which types a stored model may consist of: those of Courtside's candidates, and of one own package beside them."""

from collections.abc import Collection
from typing import Any

from courtside.contracts.errors import BadInput
from courtside.contracts.shortening import listed

# skops refuses types it does not know; the candidates' own libraries write these, and none of them runs code.
TRUSTED = (
    "collections.OrderedDict",
    "courtside.core.training.served_input.LogOdds",
    "courtside.core.training.served_input.Served",
    "courtside.core.training.served_lightgbm.ServedLGBMClassifier",
    "courtside.core.training.served_lightgbm.ServedLGBMRegressor",
    "courtside.core.training.served_values.ServedRegressor",
    "courtside.core.training.served_xgboost.ServedXGBClassifier",
    "courtside.core.training.served_xgboost.ServedXGBRegressor",
    "lightgbm.basic.Booster",
    "lightgbm.sklearn.LGBMClassifier",
    "lightgbm.sklearn.LGBMRegressor",
    "numpy.dtype",
    "sklearn.calibration._CalibratedClassifier",
    "sklearn.calibration._SigmoidCalibration",
    "sklearn.tree._tree.Tree",
    "xgboost.core.Booster",
    "xgboost.sklearn.XGBClassifier",
    "xgboost.sklearn.XGBRegressor",
)


class ModelUnstorable(BadInput):
    """An own candidate's model holds what would not be loaded again; `types` are those, none where it has no format."""

    def __init__(self, package: str, types: Collection[str], *, detail: str = "") -> None:
        self.package = package
        self.types = tuple(types)
        why = f"holds {listed(sorted(types))}" if types else f"has no format without pickles ({detail})"
        super().__init__(
            f"the model of a candidate of {package} cannot be stored, because it {why}: besides scikit-learn, XGBoost "
            f"and LightGBM, a model may consist of classes of {package} alone, with data in their attributes"
        )


def types_of(content: bytes, packages: Collection[str]) -> list[str]:
    """Return the types of own packages that a stored model holds; nothing of them is imported."""
    return [each for each in unknown_types(content) if each.partition(".")[0] in packages]


def storable_types(estimator: Any, package: str) -> list[str]:
    """Return the types of its own package that a model holds; raises `ModelUnstorable` if it holds others besides."""
    import skops.io

    try:
        content = skops.io.dumps(estimator)
        own = types_of(content, [package])
        foreign = set(unknown_types(content)).difference(own)
        if not foreign:
            skops.io.loads(content, trusted=[*TRUSTED, *own])
            return own
    except Exception as error:
        raise ModelUnstorable(package, (), detail=f"{type(error).__name__}: {error}") from error
    raise ModelUnstorable(package, foreign)


def unknown_types(content: bytes) -> list[str]:
    """Return the types in a stored model that are none of Courtside's candidates; nothing of them is imported."""
    import skops.io

    return [each for each in skops.io.get_untrusted_types(data=content) if each not in TRUSTED]
