"""A check for Schemathesis, which takes every error of GraphQL for one of the server's: that none of them is."""

from typing import Any

import schemathesis


@schemathesis.check
def no_incident(ctx: Any, response: Any, case: Any) -> None:
    """Mind statuses from 500 on, and errors that are a fault of ours; a refusal is an answer."""
    del ctx, case
    assert response.status_code < 500, response.text
    codes = [error["extensions"]["code"] for error in response.json().get("errors", ())]
    assert "INTERNAL" not in codes, response.text
