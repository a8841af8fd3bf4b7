"""What a run was given goes over the wire as JSON, whatever it is."""

import pickle

import pytest
from sqlalchemy import LargeBinary, bindparam, text

from resolvers.metadata.engine import write_transaction
from tests.conftest import KINDS
from tests.rest.api import Api


@pytest.mark.parametrize(
    "conf", [{"n": 10**30, "below": -(2**70)}, {"é": [None, True, 1.5, {"deep": [[]]}]}, {"": "", "half": "\\ud800"}]
)
def test_what_is_given_is_read_back(api: Api, conf: dict[str, object]) -> None:
    made = api.send("POST", "/dags/idle/dagRuns", json={"dag_run_id": "c", "conf": conf})

    assert made.status_code == 200, made.text
    if api.world.generation.number == 3 and api.world.service.engine.dialect.name == "mysql":
        # Its JSON has integers of 64 bits, and keeps of others what a floating-point number can.
        conf = {name: float(value) if isinstance(value, int) else value for name, value in conf.items()}
    assert made.json()["conf"] == conf
    assert api.get("/dags/idle/dagRuns/c")["conf"] == conf


@pytest.mark.parametrize("api", [kind for kind in KINDS if kind.startswith("2")], indirect=True)
def test_one_conf_that_cannot_be_read_does_not_spoil_the_list(api: Api) -> None:
    strange = pickle.dumps({"when": pytest.approx(1)})
    statement = text("UPDATE dag_run SET conf = :conf WHERE run_id = 'r1'").bindparams(
        bindparam("conf", type_=LargeBinary)
    )
    with write_transaction(api.world.service.engine) as connection:
        connection.execute(statement, {"conf": strange})

    runs = {run["dag_run_id"]: run["conf"] for run in api.get("/dags/etl/dagRuns")["dag_runs"]}

    assert runs["r0"]["day"] == 0
    assert list(runs["r1"]) == ["__unreadable"]
