"""What Airflow's generated Go client, of 2.2 and later, cannot parse, and what it is told instead."""

from collections.abc import Callable, Mapping
from typing import Any

from starlette.datastructures import Headers

from graph.rest.dialect import Quirk

# Whatever its release, it names the generator, and often not the release: that of 2.4 still says 2.1.0.
_MAKER, _LANGUAGE = "OpenAPI-Generator/", "/go"

# Its words are those of 2.2. What is cleared while it runs does run, until its job hears of it.
_STATES: Mapping[object, str] = {"restarting": "running"}
_TRIGGER_RULES: Mapping[object, str] = {
    "always": "dummy",
    **{
        rule: rule
        for rule in (
            *("all_success", "all_failed", "all_done", "one_success", "one_failed", "none_failed", "none_skipped"),
            *("none_failed_or_skipped", "none_failed_min_one_success", "dummy"),
        )
    },
}
_WEIGHT_RULES = ("downstream", "upstream", "absolute")

# By the name of a member. Null is what each of these may be; a word that is unknown fails the whole answer.
_TOLD: Mapping[str, Callable[[object], object]] = {
    # A cron expression suits each of the three forms of which it has to suit one alone.
    "schedule_interval": lambda _schedule: None,
    "state": lambda state: _STATES.get(state, state),
    "trigger_rule": _TRIGGER_RULES.get,
    "weight_rule": lambda rule: rule if rule in _WEIGHT_RULES else None,
}


def _is_for(headers: Headers) -> bool:
    agent = headers.get("user-agent", "")
    return agent.startswith(_MAKER) and agent.endswith(_LANGUAGE)


def _retold(answer: Any) -> Any:  # noqa: ANN401 - the JSON of whichever row
    """Return an object, or a collection of them, in words of 2.2; what an object holds is left as it is."""
    match answer:
        case {"total_entries": _}:
            return {name: _suited_all(value) for name, value in answer.items()}
        case dict():
            return _suited(answer)
        case _:
            return answer


def _suited_all(value: Any) -> Any:  # noqa: ANN401 - a member of a collection, of which one is its list
    return [_suited(one) for one in value] if isinstance(value, list) else value


def _suited(told: dict[str, Any]) -> dict[str, Any]:
    """Return an object with what the client can parse of it; of pools it knows the number of slots by its old name."""
    suited = {name: _TOLD[name](value) if name in _TOLD else value for name, value in told.items()}
    return {**suited, "used_slots": told["running_slots"]} if "running_slots" in told else suited


GO_CLIENT = Quirk(_is_for, _retold)
