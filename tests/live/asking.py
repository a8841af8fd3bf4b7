"""The same wishes, put in the words of Airflow's REST API or in those of our graph."""

from collections.abc import Sequence
from typing import Any

from .rest import Rest
from .serving import Service


class ByRest:
    """To Airflow's API, v1 of 2.x or v2 of 3.x, or to our v1."""

    def __init__(self, rest: Rest) -> None:
        self._rest = rest

    def trigger(self, dag_id: str, run_id: str, *, logical_date: str | None = None, **wish: object) -> None:
        """Ask for a run; without a logical date that is now on 2.x, and none on 3.x."""
        dated = {"logical_date": logical_date} if logical_date or self._rest.major >= 3 else {}
        self._rest.json("POST", f"/dags/{dag_id}/dagRuns", json={"dag_run_id": run_id, **dated, **wish})

    def set_paused(self, dag_id: str, *, paused: bool) -> None:
        self._rest.json("PATCH", f"/dags/{dag_id}", json={"is_paused": paused})

    def clear_tasks(self, dag_id: str, run_id: str, tasks: Sequence[str] | None = None, **wish: bool) -> None:
        chosen = {"task_ids": list(tasks)} if tasks else {}
        body = {"dry_run": False, "reset_dag_runs": True, "dag_run_id": run_id, **chosen, **wish}
        self._rest.json("POST", f"/dags/{dag_id}/clearTaskInstances", json=body)

    def clear_run(self, dag_id: str, run_id: str) -> None:
        self._rest.json("POST", f"{_run(dag_id, run_id)}/clear", json={"dry_run": False})

    def set_run_state(self, dag_id: str, run_id: str, state: str) -> None:
        self._rest.json("PATCH", _run(dag_id, run_id), json={"state": state})

    def set_task_state(self, dag_id: str, run_id: str, task_id: str, state: str) -> None:
        path, wish = f"{_run(dag_id, run_id)}/taskInstances/{task_id}", {"new_state": state}
        if self._rest.major >= 3:
            self._rest.json("PATCH", path, json=wish)
            return
        alone = {f"include_{which}": False for which in ("upstream", "downstream", "past", "future")}
        body = {**wish, **alone, "dag_run_id": run_id, "task_id": task_id, "dry_run": False}
        self._rest.json("POST", f"/dags/{dag_id}/updateTaskInstancesState", json=body)

    def set_run_note(self, dag_id: str, run_id: str, note: str) -> None:
        self._note(_run(dag_id, run_id), note)

    def set_task_note(self, dag_id: str, run_id: str, task_id: str, note: str) -> None:
        self._note(f"{_run(dag_id, run_id)}/taskInstances/{task_id}", note)

    def delete_run(self, dag_id: str, run_id: str) -> None:
        self._rest.json("DELETE", _run(dag_id, run_id))

    def _note(self, path: str, note: str) -> None:
        path = path if self._rest.major >= 3 else f"{path}/setNote"
        self._rest.json("PATCH", path, json={"note": note})


class ByGraph:
    """To our graph, one mutation each."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def trigger(self, dag_id: str, run_id: str | None, **wish: Any) -> dict[str, Any]:
        """Return the run that was triggered. The wish is said in Airflow's words."""
        payload = self._ask(
            "triggerDag", "TriggerDagInput", "dagRun { runId state }", dag_id=dag_id, run_id=run_id, **wish
        )
        run: dict[str, Any] = payload["dagRun"]
        return run

    def clear_tasks(self, dag_id: str, run_id: str, tasks: Sequence[str] | None = None, **wish: bool | str) -> None:
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
