"""What a query brings: nested nouns, in pages, in as many statements as the query has levels."""

from tests.world import World


def test_a_dag_tells_its_latest_run_and_the_states_of_its_tasks(world: World) -> None:
    world.dag("etl", {"extract": ["load"], "load": []})
    world.run("etl", "old", day=0)
    world.run("etl", "new", day=1, state="failed")
    world.task_instance("etl", "new", "extract", "success")
    world.task_instance("etl", "new", "load", "failed")

    data = world.data('{ dag(dagId: "etl") { latestRun { runId state taskStateCounts { state count } } } }')

    run = data["dag"]["latestRun"]
    assert (run["runId"], run["state"]) == ("new", "FAILED")
    assert {count["state"]: count["count"] for count in run["taskStateCounts"]} == {"SUCCESS": 1, "FAILED": 1}


def test_pages_follow_each_other_without_gap_or_overlap(world: World) -> None:
    world.dag("etl")
    for day in range(7):
        world.run("etl", f"run{day}", day=day)

    seen, further, after = [], [], None
    for _ in range(4):
        page = world.data(
            'query ($after: String) { dag(dagId: "etl") { runs(first: 2, after: $after) '
            "{ nodes { runId } totalCount pageInfo { hasNextPage endCursor } } } }",
            after=after,
        )["dag"]["runs"]
        assert page["totalCount"] == 7
        seen += [node["runId"] for node in page["nodes"]]
        further.append(page["pageInfo"]["hasNextPage"])
        after = page["pageInfo"]["endCursor"]

    assert seen == [f"run{day}" for day in (6, 5, 4, 3, 2, 1, 0)]
    assert further == [True, True, True, False]


def test_a_document_of_too_many_lists_is_refused(world: World) -> None:
    world.dag("etl")
    lists = " ".join(f"a{at}: runs(first: {at + 1}) {{ nodes {{ runId }} }}" for at in range(101))

    answer = world.graph(f'{{ dag(dagId: "etl") {{ {lists} }} }}')

    assert [error["extensions"]["code"] for error in answer["errors"]] == ["TOO_EXPENSIVE"]


def test_a_dag_that_is_run_on_demand_alone_has_no_schedule(world: World) -> None:
    if world.generation.number == 3:
        world.dag("on_demand", timetable_summary="None")
        world.dag("daily", timetable_summary="0 0 * * *")
    else:
        world.dag("on_demand", schedule_interval="null")
        world.dag("daily", schedule_interval='"0 0 * * *"')

    nodes = world.data("{ dags { nodes { dagId schedule { summary } } } }")["dags"]["nodes"]

    assert nodes == [
        {"dagId": "daily", "schedule": {"summary": "0 0 * * *"}},
        {"dagId": "on_demand", "schedule": None},
    ]


def test_what_this_airflow_has_no_table_of_is_not_found(world: World) -> None:
    told = world.graph("{ backfill(backfillId: 1) { id } }")

    assert (told["data"], told["errors"]) == ({"backfill": None}, [])
