"""Runs in MLflow: one parent per training, one child per candidate, in the experiment the notebooks always searched.

The notebooks take the run with the highest `metrics.test_auc` and load its `model`: only children have either, and only
they carry `tags.training_id`; the parent is found by `tags.training`.
"""

import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from copy import copy
from pathlib import Path
from typing import Any, Self

import mlflow
from mlflow.entities import Metric, Param, RunStatus
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException
from mlflow.models import Model
from mlflow.utils.mlflow_tags import MLFLOW_GIT_COMMIT, MLFLOW_PARENT_RUN_ID, MLFLOW_SOURCE_NAME
from mlflow.utils.time import get_current_time_millis

from courtside.adapters.mlflow_connection import connect, is_missing, reaching
from courtside.adapters.mlflow_models import (
    MlflowModels,
    RegisteredChampion,
    interface_of,
    load_classifier,
    log_model,
    save_model,
    save_nothing,
)
from courtside.adapters.mlflow_places import make_place, require_own_place
from courtside.adapters.mlflow_registry import nominate
from courtside.adapters.mlflow_texts import DESCRIPTION, NAME, PARAM, TAG, UNFINISHED, taken, taken_values
from courtside.adapters.tracking_address import usable_address
from courtside.contracts.errors import CourtsideError
from courtside.contracts.model_card import LoggedRuns, ModelInterface
from courtside.contracts.names import NBA_PLACE, REFERENCE_ARTIFACTS, Alias, ModelPlace
from courtside.workflows.ports import CandidateRun, TrackingRefused, TrainingRun

FINISHED: str = RunStatus.to_string(RunStatus.FINISHED)
_SAME_TRAINING = ("dataset", "data_hash", "as_of", "sha256")
"""Tags that two attempts of one training share: runs that differ in one of them are another training's."""
PARALLEL = 4


class RunsOfAnotherTraining(CourtsideError):
    """The server holds runs under a training's id that were made from something else."""

    def __init__(self, training_id: str, difference: str) -> None:
        self.training_id = training_id
        self.difference = difference
        super().__init__(
            f"the tracking server already holds runs of a training {training_id} with another {difference}, so nothing "
            "was logged and nothing deleted; train under another id"
        )


class MlflowTracking(MlflowModels):
    """The tracking server at `uri`, at a contract's place; with `nominates`, no gate comes before the challenger."""

    def __init__(
        self, uri: str, *, place: ModelPlace = NBA_PLACE, nominates: bool = True, packages: Collection[str] = ()
    ) -> None:
        super().__init__(packages=packages)
        self._uri = usable_address(uri)
        self.place = place
        self._nominates = nominates
        self._client = connect(self._uri)

    def at(self, place: ModelPlace) -> Self:
        """Return the same server at a contract's place."""
        there = copy(self)
        there.place = place
        return there

    @property
    def _model(self) -> str:
        return self.place.registered_model

    def require_own_place(self) -> None:
        """Raise `PlaceTaken` if the place is another contract's."""
        with self._session():
            require_own_place(self._client, self.place)

    @staticmethod
    def prepare() -> None:
        """Do once what MLflow does when it writes its first model: import libraries and list installed packages."""
        with tempfile.TemporaryDirectory() as folder:
            save_nothing(folder)

    def log(self, run: TrainingRun) -> LoggedRuns:
        """Log every model, register the best, which has no role yet, and return where they went.

        What a broken attempt of the same training finished is kept; what it left half done is deleted and logged again.
        Raises `PlaceTaken` and `RunsOfAnotherTraining` before anything is changed, and `TrackingUnavailable`.
        """
        with self._session():
            make_place(self._client, self.place)
            experiment = mlflow.set_experiment(self.place.experiment).experiment_id
            parent = self._parent(run, experiment)
            finished = self._finished_runs(run, experiment)
            made = self._log_candidates(
                [candidate for candidate in run.candidates if candidate.name not in finished],
                run,
                parent=parent,
                experiment=experiment,
            )
            run_ids = {candidate.name: (finished | made)[candidate.name] for candidate in run.candidates}
            version = self._register(run_ids[run.best], run)
        return LoggedRuns(version=version, parent_run_id=parent, run_ids=run_ids)

    def describe(self, logged: LoggedRuns, *, files: Mapping[str, bytes], description: str) -> None:
        """Attach a training's documents to its parent run, describe its version and end the parent run."""
        with self._session():
            self._attach(logged.parent_run_id, files)
            self._client.update_model_version(self._model, logged.version, description=taken(description, DESCRIPTION))
            self._client.set_terminated(logged.parent_run_id, FINISHED)

    def nominate(self, version: str) -> None:
        """Make a finished training's version challenger, unless one with newer data is, or a gate decides about it."""
        if not self._nominates:
            return
        with self._session():
            tags = self._client.get_model_version(self._model, version).tags
            if "stage" not in tags and self._challenger_as_of() <= tags["as_of"]:
                nominate(self._client, self._model, version)

    def champion_interface(self) -> ModelInterface | None:
        """Return what the champion reads and says without loading it, None if there is none or it does not say."""
        with self._session():
            version = self._champion_version()
            return None if version is None else interface_of(Model.load(f"models:/{self._model}/{version.version}"))

    def champion(self) -> RegisteredChampion | None:
        """Load the champion; return None if there is none yet."""
        with self._session():
            version = self._champion_version()
            if version is None:
                return None
            with tempfile.TemporaryDirectory() as folder:
                # Fetch it once, because MLflow's own functions fetch it again for each question.
                path = mlflow.artifacts.download_artifacts(f"models:/{self._model}/{version.version}", dst_path=folder)
                return RegisteredChampion(str(version.version), load_classifier(path), Model.load(path))

    def _champion_version(self) -> ModelVersion | None:
        try:
            return self._client.get_model_version_by_alias(self._model, Alias.CHAMPION)
        except MlflowException as error:
            if is_missing(error):
                return None
            raise

    @staticmethod
    def save(run: TrainingRun) -> dict[str, bytes]:
        """Return the models as files by path, `<candidate>/…`; needs no server."""
        with tempfile.TemporaryDirectory() as folder:
            for candidate in run.candidates:
                path = str(Path(folder, candidate.name))
                save_model(path=path, candidate=candidate, interface=run.interface, sample=run.sample)
            files = [path for path in Path(folder).rglob("*") if path.is_file()]
            return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}

    @staticmethod
    def load(files: Mapping[str, bytes]) -> dict[str, Any]:
        """Return the models of such files by candidate; needs no server."""
        with tempfile.TemporaryDirectory() as folder:
            _write(folder, files)
            return {name: load_classifier(str(Path(folder, name))) for name in {key.split("/")[0] for key in files}}

    @contextmanager
    def _session(self) -> Iterator[None]:
        """Point MLflow's own functions at this server; any answer but success counts as being away."""
        mlflow.set_tracking_uri(self._uri)
        mlflow.set_registry_uri(self._uri)
        try:
            with reaching(self._uri):
                yield
        except MlflowException as error:
            raise TrackingRefused(self._uri, error.get_http_status_code(), error.message) from error

    def _parent(self, run: TrainingRun, experiment: str) -> str:
        found = self._client.search_runs([experiment], f"tags.training = '{run.training_id}'", max_results=1)
        if found:
            _require_same(run, found[0].data.tags)
            return str(found[0].info.run_id)
        tags = {**run.tags, "training": run.training_id}
        del tags["training_id"]
        created = self._client.create_run(experiment, run_name=taken(run.training_id, NAME), tags=_tags(tags))
        self._client.log_batch(created.info.run_id, params=_params(run.params))
        return str(created.info.run_id)

    def _finished_runs(self, run: TrainingRun, experiment: str) -> dict[str, str]:
        """Return the finished runs of this training by candidate, after deleting the unfinished ones."""
        found: dict[str, str] = {}
        for child in self._client.search_runs([experiment], f"tags.training_id = '{run.training_id}'"):
            _require_same(run, child.data.tags)
            name = child.data.params.get("model_name", "")
            finished = child.info.status == FINISHED and _tags(run.tags).items() <= child.data.tags.items()
            if finished and name not in found:
                found[name] = str(child.info.run_id)
            else:
                self._client.delete_run(child.info.run_id)
        return found

    def _log_candidates(
        self, candidates: Sequence[CandidateRun], run: TrainingRun, *, parent: str, experiment: str
    ) -> dict[str, str]:
        """Log candidates in parallel and return their runs by name: most of the time is spent waiting for the server.

        When one fails, its error is raised only after the others have finished or failed too.
        """
        # This creates the artifact store's client, which the threads then share; if several created it at once, one
        # might fail.
        self._client.list_artifacts(parent)

        def log(candidate: CandidateRun) -> str:
            return self._log_candidate(candidate, run, parent=parent, experiment=experiment)

        with ThreadPoolExecutor(max_workers=PARALLEL) as pool:
            return dict(zip((candidate.name for candidate in candidates), pool.map(log, candidates), strict=True))

    def _log_candidate(self, candidate: CandidateRun, run: TrainingRun, *, parent: str, experiment: str) -> str:
        tags = {**run.tags, MLFLOW_PARENT_RUN_ID: parent}
        name = f"{run.training_id}/{candidate.name}"
        run_id = str(self._client.create_run(experiment, run_name=taken(name, NAME), tags=_tags(tags)).info.run_id)
        params = taken_values({"model_name": candidate.name, **candidate.params}, PARAM)
        # Before the metrics: MLflow reads the history of every metric that a run has when a model is added to it.
        model_id = log_model(candidate, run, run_id=run_id, params=params)
        at = get_current_time_millis()
        self._client.log_batch(
            run_id,
            metrics=[Metric(key, value, at, 0, model_id=model_id) for key, value in candidate.metrics.items()],
            params=_params(params),
        )
        files = {f"plots/{name}": content for name, content in candidate.plots.items()}
        if candidate.name == run.best:
            files |= {f"{REFERENCE_ARTIFACTS}/{name}": content for name, content in run.attachments.items()}
        self._attach(run_id, files)
        self._client.set_terminated(run_id, FINISHED)
        return run_id

    def _attach(self, run_id: str, files: Mapping[str, bytes]) -> None:
        with tempfile.TemporaryDirectory() as folder:
            _write(folder, files)
            self._client.log_artifacts(run_id, folder)

    def _register(self, run_id: str, run: TrainingRun) -> str:
        """Return the version of a run, created if it has none."""
        known = self._client.search_model_versions(f"name = '{self._model}' and run_id = '{run_id}'")
        if known:
            return str(known[0].version)
        # A finished run has exactly one model; `mlflow.register_model` would search the experiment's models for it.
        (output,) = self._client.get_run(run_id).outputs.model_outputs
        created = self._client.create_model_version(
            self._model,
            f"models:/{output.model_id}",
            run_id,
            tags=_tags(run.tags),
            description=UNFINISHED.format(training=run.training_id),
            model_id=output.model_id,
        )
        return str(created.version)

    def _challenger_as_of(self) -> str:
        try:
            tags: dict[str, str] = self._client.get_model_version_by_alias(self._model, Alias.CHALLENGER).tags
        except MlflowException as error:
            if is_missing(error):
                return ""
            raise
        return tags.get("as_of", "")


def _require_same(run: TrainingRun, found: Mapping[str, str]) -> None:
    wanted = _tags(run.tags)
    for name in _SAME_TRAINING:
        if found.get(name) != wanted.get(name):
            raise RunsOfAnotherTraining(run.training_id, name)


def _tags(tags: Mapping[str, str]) -> dict[str, str]:
    """Return tags as the server accepts them, with those from which its own pages show where a run came from."""
    own = {MLFLOW_SOURCE_NAME: "courtside train"}
    if "git_commit" in tags:
        own[MLFLOW_GIT_COMMIT] = tags["git_commit"]
    return taken_values(own | dict(tags), TAG)


def _params(params: Mapping[str, str]) -> list[Param]:
    return [Param(key, value) for key, value in taken_values(params, PARAM).items()]


def _write(folder: str, files: Mapping[str, bytes]) -> None:
    for name, content in files.items():
        path = Path(folder, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
