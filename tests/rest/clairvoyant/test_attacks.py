"""The holes of the original, each closed: nothing is executed, nothing is read or written but the metadata."""

from pathlib import Path

import pytest

from tests.rest.clairvoyant.conftest import Serve
from tests.rest.clairvoyant.plugin import PLACE, Plugin, folder_of


def contents(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


@pytest.mark.parametrize(
    "value", ["$(touch {mark})", "`touch {mark}`", "; touch {mark} #", "x\ntouch {mark}\n", "--help"]
)
@pytest.mark.parametrize("api", ["scheduler", "worker", "flower", "kerberos", "trigger_dag", "clear", "test", "render"])
def test_a_shell_in_parameters_runs_nothing(serve: Serve, tmp_path: Path, api: str, value: str) -> None:
    mark = tmp_path / "mark"
    plugin = serve(airflow_commands="test,render")
    attack = value.format(mark=mark)
    names = ("pid", "stdout", "stderr", "log-file", "queues", "principal", "keytab", "conf", "run_id", "subdir")

    told = plugin.ask(
        api,
        **dict.fromkeys((*names, "task_regex", "task_params"), attack),
        **({} if api in ("scheduler", "worker", "flower", "kerberos") else {"dag_id": "another", "task_id": attack}),
        execution_date=attack,
    )

    assert told["http_response_code"] in (200, 400)
    assert not mark.exists()


@pytest.mark.parametrize(
    "name",
    [
        "../evil.py",
        "/evil.py",
        "a/b.py",
        "..\\evil.py",
        ".hidden.py",
        "evil.py\0.txt",
        "évil.py",
        "-f.py",
        "%2e.py",
    ],
)
def test_an_upload_cannot_leave_its_folder(serve: Serve, tmp_path: Path, name: str) -> None:
    plugin = serve(deploy_folder=str(folder_of(tmp_path)))
    before = contents(tmp_path)

    body = (
        f'--x\r\nContent-Disposition: form-data; name="dag_file"; filename="{name}"\r\n\r\n1\r\n'
        '--x\r\nContent-Disposition: form-data; name="force"\r\n\r\non\r\n--x--\r\n'
    )
    answer = plugin.send(
        "POST",
        f"{PLACE}?api=deploy_dag",
        content=body.encode(),
        headers={"Content-Type": "multipart/form-data; boundary=x"},
    )

    assert answer.status_code == 400, answer.text
    assert contents(tmp_path) == before


def test_an_upload_is_not_imported(serve: Serve, tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    mark = tmp_path / "mark"
    plugin = serve(deploy_folder=str(folder))

    answer = plugin.deploy("evil.py", f"open({str(mark)!r}, 'w')\n", pause="on")

    assert answer.status_code == 200
    assert not mark.exists()
    assert (folder / "evil.py").exists()


def test_an_upload_follows_no_link_out_of_its_folder(serve: Serve, tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    target = tmp_path / "target.py"
    target.write_text("kept = 1\n")
    (folder / "link.py").symlink_to(target)
    plugin = serve(deploy_folder=str(folder))

    assert plugin.deploy("link.py", "new = 1\n").status_code == 400
    assert plugin.deploy("link.py", "new = 1\n", force="on").status_code == 200

    assert target.read_text() == "kept = 1\n"
    assert (folder / "link.py").read_text() == "new = 1\n"
    assert not (folder / "link.py").is_symlink()


def test_files_of_the_server_are_neither_read_nor_written(serve: Serve, tmp_path: Path) -> None:
    plugin = serve()
    file = tmp_path / "variables.json"

    assert "Files of the server are neither read nor written" in plugin.stderr("variables", export=str(file))
    assert not file.exists()
    file.write_text('{"stolen": "1"}')
    assert "Files of the server are neither read nor written" in plugin.stderr("variables", **{"import": str(file)})
    assert plugin.world.rows("variable", "key") == []
    for name in ("subdir", "cfg_path", "pickle"):
        told = plugin.ask("run", dag_id="another", task_id="only", execution_date="2026-03-01", **{name: str(file)})
        assert f"{name} is ignored" in told["warning"]


def test_secrets_are_not_in_answers(serve: Serve) -> None:
    plugin = serve()

    answers = [
        plugin.ask("connections", add="on", conn_id="c", conn_uri="http://u:hush@h", conn_extra='{"password": "hush"}'),
        plugin.post("connections", add="on", conn_id="d", conn_uri="http://u:hush@h/?token=hush"),
        plugin.ask("connections", list="on"),
        plugin.ask("variables", cmd="set", key="api_password", value="hush"),
        plugin.ask("trigger_dag", dag_id="another", conf='{"password": "hush"}'),
        plugin.ask("connections", add="on", conn_id="c", conn_uri="http://u:hush@h"),
    ]

    assert all("hush" not in str(answer) for answer in answers)
    assert plugin.world.rows("connection", "conn_id") == [{"conn_id": "c"}, {"conn_id": "d"}]


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://evil.example"},
        {"Referer": "https://evil.example"},
        {},
    ],
)
def test_an_address_that_a_browser_opens_by_itself_changes_nothing(serve: Serve, headers: dict[str, str]) -> None:
    plugin = serve(authentication="proxy", proxy_addresses="127.0.0.1", proxy_role="admin")
    known = {"X-Forwarded-User": "ada", **headers}

    answer = plugin.send("GET", f"{PLACE}?api=pause&dag_id=another", token=None, headers=known)

    assert answer.status_code == 403
    assert "a page of another site could have had a browser ask it" in answer.json()["output"]
    assert plugin.world.rows("dag", "is_paused", dag_id="another") == [{"is_paused": False}]
    assert plugin.send("GET", f"{PLACE}?api=list_dags", token=None, headers=known).status_code == 200


def test_a_form_of_another_site_changes_nothing(serve: Serve) -> None:
    plugin = serve(authentication="proxy", proxy_addresses="127.0.0.1", proxy_role="admin")
    known = {"X-Forwarded-User": "ada"}
    form = {"api": "pause", "dag_id": "another"}

    refused = plugin.send("POST", token=None, headers={**known, "Origin": "https://evil.example"}, data=form)
    taken = plugin.send("POST", token=None, headers=known, data=form)

    assert refused.status_code == 403
    assert taken.status_code == 200


@pytest.mark.parametrize(
    "pattern", ["(a+)+$", "(a|a)*b", "(.*)*", "((a{1,9}){1,9})", "a*a*a*a*a*a*b", r"(a)\1", "a" * 300]
)
def test_a_regular_expression_cannot_search_for_ever(serve: Serve, pattern: str) -> None:
    assert "ValueError: task_regex is too costly" in serve().stderr("clear", dag_id="another", task_regex=pattern)


def test_a_regular_expression_that_is_none_is_told(serve: Serve) -> None:
    assert "re.error: " in serve().stderr("clear", dag_id="another", task_regex="[")


def test_parameters_that_are_huge_many_or_no_text_are_refused(serve: Serve) -> None:
    plugin = serve()

    assert plugin.send("POST", data={"api": "x" * 600_000}).status_code == 400
    assert plugin.send("POST", data={"api": "pause", "dag_id": "d" * 100_000}).status_code == 400
    assert plugin.send("POST", data={f"p{number}": "1" for number in range(5_000)}).status_code == 400
    assert plugin.send("GET", params={f"p{number}": "1" for number in range(500)}).status_code == 400
    assert plugin.send("POST", data={"api": "x" * 3_000_000}).status_code == 413
    assert plugin.send("POST", data={"api": "pause", "dag_id": "a\0b"}).status_code == 400
    assert plugin.send("GET", params={"api": "pause", "dag_id": "a\0b"}).status_code == 400
    odd = plugin.send(
        "POST", content=b"api=%ff%fe&dag_id=\xff", headers={"Content-Type": "application/x-www-form-urlencoded"}
    )
    assert odd.status_code == 400
    parts = plugin.send("POST", content=b"--" * 100_000, headers={"Content-Type": "multipart/form-data; boundary=-"})
    assert parts.status_code == 400


def test_a_tree_that_explodes_is_cut_off(serve: Serve) -> None:
    plugin = serve()
    layers = {f"{side}{level}": [f"a{level + 1}", f"b{level + 1}"] for level in range(30) for side in "ab"}
    plugin.world.dag("wide", {**layers, "a30": [], "b30": []})

    assert "has more than 10,000 lines" in plugin.stderr("list_tasks", dag_id="wide", tree="on")


def test_a_huge_date_or_number_is_no_fault_of_ours(plugin: Plugin) -> None:
    for date in ("9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+12:00", "99999999999999", "1e400"):
        told = plugin.ask("dag_state", dag_id="another", execution_date=date)
        assert told["http_response_code"] == 200
    for slots in ("9" * 400, "-" + "9" * 400, "٣"):
        told = plugin.ask("pool", cmd="set", pool_name="p", slot_count=slots, description="d")
        assert told["http_response_code"] == 200
    assert plugin.world.rows("pool", "pool", pool="p") in ([], [{"pool": "p"}])
    assert plugin.ask("variables", get="k" * 5_000)["http_response_code"] == 200
