"""Airflow's own REST API, as a client of it sees it: v1 on 2.x, v2 on 3.x."""

from typing import Any

import httpx

from .configuration import PASSWORD, USER


class Rest:
    """A client that is logged in as the administrator."""

    def __init__(self, *, base: str, major: int) -> None:
        self.prefix = "/api/v2" if major >= 3 else "/api/v1"
        self._client = httpx.Client(base_url=base, timeout=60, trust_env=False)
        if major >= 3:
            answer = self._client.post("/auth/token", json={"username": USER, "password": PASSWORD})
            answer.raise_for_status()
            self._client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        else:
            self._client.auth = httpx.BasicAuth(USER, PASSWORD)

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Answer a path below the API's prefix, whatever its status; options are httpx's (json, params)."""
        return self._client.request(method, self.prefix + path, **options)

    def json(self, method: str, path: str, **options: Any) -> Any:
        """Return the body of an answer that has to be a good one."""
        answer = self.request(method, path, **options)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def close(self) -> None:
        self._client.close()
