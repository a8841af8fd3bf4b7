"""Jobs, the processes of Airflow's own: which there are, which are alive, who may know of them."""

from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from resolvers.access.actor import EVERYTHING, Actor, Scope
from resolvers.access.permissions import Permission
from tests.graph.furnishing import at
from tests.world import World

JOBS = """query ($filter: JobFilter, $order: JobOrder) { jobs(filter: $filter, orderBy: $order) {
  totalCount nodes { jobId }
} }"""


def test_a_job_says_what_it_is_and_whether_it_is_alive(furnished: World) -> None:
    told = furnished.data(
        """{ jobs { nodes {
          jobId jobType state isAlive patience hostname unixname executorClass startedAt endedAt dagId dag { dagId }
        } } }"""
    )["jobs"]["nodes"]

    none = {"executorClass": None, "endedAt": None, "dagId": None, "dag": None}
    here = {"hostname": "here", "unixname": "airflow", "startedAt": "2026-03-01T00:00:00+00:00", **none}
    of_task = {"hostname": "there", "endedAt": "2026-03-04T00:00:00+00:00", "dagId": "etl", "dag": {"dagId": "etl"}}
    task = {"jobType": "LocalTaskJob", "state": "success", "isAlive": False, "patience": 10.5}
    triggerer = {"jobType": "TriggererJob", "state": "running", "isAlive": False, "patience": 30.0}
    scheduler = {"jobType": "SchedulerJob", "state": "running", "isAlive": True, "patience": 30.0}
    assert told == [
        {"jobId": 3, **here, **task, **of_task},
        {"jobId": 2, **here, **triggerer},
        {"jobId": 1, **here, **scheduler, "executorClass": "LocalExecutor"},
    ]


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ({"jobType": ["SchedulerJob", "TriggererJob"], "state": ["running"]}, [2, 1]),
        ({"jobType": ["SchedulerJob"], "hostname": ["there"]}, []),
        ({"hostname": ["there"]}, [3]),
        ({"dagId": ["etl"]}, [3]),
        ({"silentSince": at(2).isoformat()}, [2]),
        ({"heardOfSince": at(2).isoformat()}, [3, 1]),
    ],
)
def test_jobs_are_found(furnished: World, condition: dict[str, object], found: list[int]) -> None:
    told = furnished.data(JOBS, filter=condition)["jobs"]

    assert [job["jobId"] for job in told["nodes"]] == found
    assert told["totalCount"] == len(found)


@pytest.mark.parametrize(
    ("order", "found"),
    [("ID_ASC", [1, 2, 3]), ("HEARTBEAT_DESC", [1, 3, 2]), ("HEARTBEAT_ASC", [2, 3, 1])],
)
def test_jobs_are_ordered(furnished: World, order: str, found: list[int]) -> None:
    assert [job["jobId"] for job in furnished.data(JOBS, order=order)["jobs"]["nodes"]] == found


def test_a_task_instance_leads_to_its_jobs(furnished: World) -> None:
    told = furnished.graph(
        """{ taskInstance(dagId: "etl", runId: "r2", taskId: "load") {
          job { jobId jobType } queuedByJob { jobType } dagRun { creatingJob { jobId } }
        } }"""
    )

    # In Airflow 3 tasks are no jobs.
    job = {"jobId": 3, "jobType": "LocalTaskJob"} if furnished.generation.number == 2 else None
    assert told["data"]["taskInstance"] == {
        "job": job,
        "queuedByJob": {"jobType": "SchedulerJob"},
        "dagRun": {"creatingJob": None},
    }
    assert len(told["statements"]) == 1


def test_jobs_take_one_statement_however_many_there_are(furnished: World) -> None:
    asked = "query ($first: Int!) { jobs(first: $first) { nodes { jobId isAlive dag { dagId } } } }"
    assert [len(furnished.graph(asked, first=first)["statements"]) for first in (1, 100)] == [1, 1]


def test_who_reads_jobs_sees_those_of_no_dag_and_of_the_dags_that_they_may_read(furnished: World) -> None:
    def seen(**grants: Scope) -> list[int]:
        actor = Actor("some", "test", {Permission[name]: scope for name, scope in grants.items()})
        return [job["jobId"] for job in furnished.data(JOBS, actor=actor)["jobs"]["nodes"]]

    assert seen(JOB_READ=EVERYTHING, DAG_READ=EVERYTHING) == [3, 2, 1]
    assert seen(JOB_READ=EVERYTHING, DAG_READ=frozenset({"etl"})) == [3, 2, 1]
    assert seen(JOB_READ=EVERYTHING, DAG_READ=frozenset({"idle"})) == [2, 1]


def test_the_patience_of_each_kind_is_what_airflow_is_told(world: World) -> None:
    told = {
        "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_THRESHOLD": "700",
        "AIRFLOW__TRIGGERER__TRIGGERER_HEALTH_CHECK_THRESHOLD": "8000.5",
        "AIRFLOW__DAG_PROCESSOR__HEALTH_CHECK_THRESHOLD": "9000",
        "AIRFLOW__SCHEDULER__JOB_HEARTBEAT_SEC": "10000",
    }
    kinds = ("SchedulerJob", "TriggererJob", "DagProcessorJob", "LocalTaskJob")
    silent = {"state": "running", "latest_heartbeat": datetime.now(UTC) - timedelta(seconds=3000), "start_date": at(0)}
    world.insert("job", *({"job_type": kind, **silent} for kind in kinds))
    # Its DAG processor has a threshold of its own since Airflow 3.2.
    processor = 21000.0 if world.generation.number == 2 else 9000.0

    with closing(World.configured(world.url, world.generation.minor, told)) as there:
        found = there.data("{ jobs(orderBy: ID_ASC) { nodes { jobType patience isAlive } } }")["jobs"]["nodes"]
        health = there.data("{ health { scheduler { isAlive } triggerer { isAlive } dagProcessor { isAlive } } }")

    assert [(job["jobType"], job["patience"], job["isAlive"]) for job in found] == [
        ("SchedulerJob", 700.0, False),
        ("TriggererJob", 8000.5, True),
        ("DagProcessorJob", processor, True),
        ("LocalTaskJob", 21000.0, True),
    ]
    alone = None if world.generation.number == 2 else {"isAlive": True}
    assert health["health"] == {"scheduler": {"isAlive": False}, "triggerer": {"isAlive": True}, "dagProcessor": alone}


def test_health_tells_of_no_process_that_never_was(world: World) -> None:
    told = world.data("{ health { scheduler { isAlive latestHeartbeat } triggerer { isAlive } } }")
    assert told == {"health": {"scheduler": None, "triggerer": None}}


def test_the_health_that_the_graph_tells_is_that_of_the_stable_api(furnished: World) -> None:
    told = furnished.data("{ health { scheduler { isAlive latestHeartbeat } triggerer { isAlive } } }")["health"]

    with furnished.service.session(furnished.actor()) as session:
        known = session.health()

    assert told["scheduler"] == {
        "isAlive": known["scheduler"].is_alive,
        "latestHeartbeat": known["scheduler"].latest.isoformat() if known["scheduler"].latest else None,
    }
    assert told["triggerer"] == {"isAlive": known["triggerer"].is_alive} == {"isAlive": False}
