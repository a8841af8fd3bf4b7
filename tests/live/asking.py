"""The same wishes put twice: to Airflow's own REST API, and to our graph."""

from collections.abc import Sequence
from typing import Any

from .airflow import Airflow
from .history import trigger
from .serving import Service


class Theirs:
    """Airflow's own API: v1 of 2.x, v2 of 3.x."""

    def __init__(self, airflow: Airflow) -> None:
        self._airflow = airflow

    def trigger(self, dag_id: str, run_id: str, *, logical_date: str | None, **wish: Any) -> None:
        body = {**wish, "logical_date": logical_date} if logical_date or self._airflow.major >= 3 else wish
        trigger(self._airflow, dag_id, run_id, **body)

    def clear_tasks(self, dag_id: str, run_id: str, tasks: Sequence[str] | None = None, **wish: bool) -> None:
        chosen = {"task_ids": list(tasks)} if tasks else {}
        body = {"dry_run": False, "reset_dag_runs": True, "dag_run_id": run_id, **chosen, **wish}
        self._airflow.rest.json("POST", f"/dags/{dag_id}/clearTaskInstances", json=body)

    def clear_run(self, dag_id: str, run_id: str) -> None:
        self._airflow.rest.json("POST", f"{_run(dag_id, run_id)}/clear", json={"dry_run": False})

    def set_run_state(self, dag_id: str, run_id: str, state: str) -> None:
        self._airflow.rest.json("PATCH", _run(dag_id, run_id), json={"state": state})

    def set_task_state(self, dag_id: str, run_id: str, task_id: str, state: str) -> None:
        path, wish = f"{_run(dag_id, run_id)}/taskInstances/{task_id}", {"new_state": state}
        if self._airflow.major >= 3:
            self._airflow.rest.json("PATCH", path, json=wish)
            return
        alone = {f"include_{which}": False for which in ("upstream", "downstream", "past", "future")}
        body = {**wish, **alone, "dag_run_id": run_id, "task_id": task_id, "dry_run": False}
        self._airflow.rest.json("POST", f"/dags/{dag_id}/updateTaskInstancesState", json=body)

    def set_run_note(self, dag_id: str, run_id: str, note: str) -> None:
        self._note(_run(dag_id, run_id), note)

    def set_task_note(self, dag_id: str, run_id: str, task_id: str, note: str) -> None:
        self._note(f"{_run(dag_id, run_id)}/taskInstances/{task_id}", note)

    def delete_run(self, dag_id: str, run_id: str) -> None:
        self._airflow.rest.json("DELETE", _run(dag_id, run_id))

    def _note(self, path: str, note: str) -> None:
        path = path if self._airflow.major >= 3 else f"{path}/setNote"
        self._airflow.rest.json("PATCH", path, json={"note": note})


class Ours:
    """Our graph: one mutation each."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def trigger(self, dag_id: str, run_id: str | None, **wish: Any) -> dict[str, Any]:
        """Return the run that was triggered. The wish is said in Airflow's words."""
        payload = self._ask(
            "triggerDag", "TriggerDagInput", "dagRun { runId state }", dag_id=dag_id, run_id=run_id, **wish
        )
        run: dict[str, Any] = payload["dagRun"]
        return run

    def clear_tasks(self, dag_id: str, run_id: str, tasks: Sequence[str] | None = None, **wish: bool) -> None:
        chosen = {"tasks": [{"taskId": task} for task in tasks]} if tasks else {}
        asked = {"dag_id": dag_id, "run_id": run_id, **chosen, **wish}
        self._ask("clearTaskInstances", "ClearTaskInstancesInput", "dagRuns { state }", **asked)

    def clear_run(self, dag_id: str, run_id: str) -> None:
        self._ask("clearDagRun", "ClearDagRunInput", "dagRuns { state }", dag_id=dag_id, run_id=run_id)

    def set_run_state(self, dag_id: str, run_id: str, state: str) -> None:
        asked = {"dag_id": dag_id, "run_id": run_id, "state": state.upper()}
        self._ask("setDagRunState", "SetDagRunStateInput", "state", **asked)

    def set_task_state(self, dag_id: str, run_id: str, task_id: str, state: str) -> None:
        asked = {"dag_id": dag_id, "run_id": run_id, "task_id": task_id, "state": state.upper()}
        self._ask("setTaskInstanceState", "SetTaskInstanceStateInput", "dagRuns { state }", **asked)

    def set_run_note(self, dag_id: str, run_id: str, note: str) -> None:
        self._ask("setDagRunNote", "SetDagRunNoteInput", "note", dag_id=dag_id, run_id=run_id, note=note)

    def set_task_note(self, dag_id: str, run_id: str, task_id: str, note: str) -> None:
        asked = {"dag_id": dag_id, "run_id": run_id, "task_id": task_id, "note": note}
        self._ask("setTaskInstanceNote", "SetTaskInstanceNoteInput", "note", **asked)

    def delete_run(self, dag_id: str, run_id: str) -> None:
        document = "mutation Delete($dag: String!, $run: String!) { deleteDagRun(dagId: $dag, runId: $run) }"
        self._service.graphql(document, dag=dag_id, run=run_id)

    def _ask(self, field: str, kind: str, answer: str, **wish: object) -> Any:
        document = f"mutation Wish($input: {kind}!) {{ {field}(input: $input) {{ {answer} }} }}"
        asked = {_camel(name): value for name, value in wish.items() if value is not None}
        return self._service.graphql(document, input=asked)[field]


def _run(dag_id: str, run_id: str) -> str:
    return f"/dags/{dag_id}/dagRuns/{run_id}"


def _camel(name: str) -> str:
    head, *tail = name.split("_")
    return head + "".join(word.capitalize() for word in tail)
