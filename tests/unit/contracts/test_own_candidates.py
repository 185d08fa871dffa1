"""Own candidates and training packages are told apart by their spelling alone; nothing is imported for it."""

import sys

import pytest

from courtside.contracts.own_candidates import (
    CandidateAbsent,
    NotPinned,
    PackageNotOwn,
    TrainingPackage,
    imported_by,
    package_of,
    packages_of,
    published,
    require_package,
    trusted_packages,
)


@pytest.mark.parametrize(
    ("requirement", "name"),
    [
        ("churn-models==1.2.0", "churn_models"),
        ("Churn.Models==2.0rc1", "churn_models"),
        ("catboost==1.2.7+cpu", "catboost"),
        ("images/packages/churn_models-1.2.0-py3-none-any.whl", "churn_models"),
        ("images/packages/boost-1.0-2-cp313-cp313-manylinux_2_17_aarch64.manylinux2014_aarch64.whl", "boost"),
    ],
)
def test_a_pinned_package_is_known_by_the_name_that_python_imports(requirement: str, name: str) -> None:
    assert imported_by(published([requirement])) == {name}


@pytest.mark.parametrize(
    "requirement",
    [
        *(
            "churn-models",
            "churn-models>=1.2",
            "churn-models==1.*",
            "churn-models==1.2,!=1.3",
            "churn-models ==1.2",
            "",
        ),
        *("churn-models==1.2 --index-url=https://example.com", "churn-models==1.2;python_version>'3'", "-r==1"),
        *("git+https://example.com/a.git", "https://example.com/a-1.0-py3-none-any.whl", "a==1\nb"),
        *("churn_models-1.2.0-py3-none-any.whl", "images/packages/../a-1.0-py3-none-any.whl", "images/packages/a.whl"),
        *("/images/packages/a-1.0-py3-none-any.whl", "images/packages/churn_models-1.2.0.tar.gz", "a==$(id)"),
    ],
)
def test_what_another_build_could_install_differently_is_refused(requirement: str) -> None:
    with pytest.raises(NotPinned, match="is neither pinned like"):
        TrainingPackage.parse(requirement)


@pytest.mark.parametrize(
    "path",
    [
        *("os:system", "subprocess:run", "importlib.util:find_spec", "courtside.api:train", "churn", "churn.boosting"),
        *("churn:", ":CANDIDATE", "churn..boosting:C", ".churn:C", "churn:a.b", "churn:a:b", "churn:a()", "ch urn:C"),
        *("churn:C\n", "../churn:C", "1churn:C", "churn:1", ""),
    ],
)
def test_what_is_no_path_of_an_own_package_has_none(path: str) -> None:
    assert package_of(path) is None


def test_a_package_is_looked_for_by_its_name_in_any_spelling() -> None:
    packages = imported_by(published(["Churn-Models==1.2.0"]))
    require_package("churn_models.boosting:CANDIDATE", packages)
    require_package("churn_models:CANDIDATE", packages)
    assert "churn_models" not in sys.modules


def test_an_absent_package_is_refused_with_what_there_is_and_what_to_do() -> None:
    with pytest.raises(CandidateAbsent) as caught:
        require_package("churn_models.boosting:CANDIDATE", imported_by(published(["other==1.0"])), line=7)
    assert (caught.value.candidate, caught.value.line) == ("churn_models.boosting:CANDIDATE", 7)
    said = str(caught.value)
    assert said.startswith("line 7: candidates: churn_models.boosting:CANDIDATE cannot be trained here")
    for part in ("no package churn_models", "holds other", "`training_packages`", "deploy the stage"):
        assert part in said
    with pytest.raises(CandidateAbsent, match="holds none"):
        require_package("churn_models:CANDIDATE", [])


def test_only_the_packages_that_hold_candidates_are_trusted() -> None:
    packages = imported_by(published(["Churn-Models==1.2.0", "catboost==1.2.7"]))
    candidates = ["lightgbm", "churn_models.boosting:CANDIDATE", "absent:CANDIDATE"]
    assert packages_of(candidates, packages) == {"churn_models"}
    assert packages_of(candidates, []) == frozenset()


@pytest.mark.parametrize("name", ["os", "courtside", "churn_models.boosting", "", "churn models", "*"])
def test_nobody_trusts_python_itself(name: str) -> None:
    assert trusted_packages(["churn_models", "other"]) == {"churn_models", "other"}
    with pytest.raises(PackageNotOwn, match="is no package of your own"):
        trusted_packages(["churn_models", name])
