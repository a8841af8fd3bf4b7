"""A client of Airflow's REST API: v1 of 2.x, which ours answers too, or v2 of 3.x."""

from typing import Any

import httpx

from .configuration import PASSWORD, USER


class Rest:
    """The API of one server, asked by somebody who may do everything."""

    def __init__(self, client: httpx.Client, *, major: int) -> None:
        self.major = major
        self._prefix = "/api/v2" if major >= 3 else "/api/v1"
        self._client = client

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Answer a path below the API's prefix, whatever its status; options are httpx's (json, params)."""
        return self._client.request(method, self._prefix + path, **options)

    def json(self, method: str, path: str, **options: Any) -> Any:
        """Return the body of an answer that has to be a good one."""
        answer = self.request(method, path, **options)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def close(self) -> None:
        self._client.close()


def log_in(base: str, *, major: int) -> Rest:
    """Return a client that Airflow knows as its administrator: by password on 2.x, by token on 3.x."""
    client = httpx.Client(base_url=base, timeout=60, trust_env=False)
    if major >= 3:
        answer = client.post("/auth/token", json={"username": USER, "password": PASSWORD})
        answer.raise_for_status()
        client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    else:
        client.auth = httpx.BasicAuth(USER, PASSWORD)
    return Rest(client, major=major)
