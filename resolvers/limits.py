"""What one caller may ask for, and what one request may cost."""

from typing import Annotated, Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource


class Limits(BaseSettings):
    """The settings that keep any one caller from making the service, or the database, sweat."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Ask the command line, then the environment: there are no files of settings."""
        del settings_cls, dotenv_settings, file_secret_settings
        return init_settings, env_settings

    # What one caller may ask for
    introspection: Literal["everyone", "known", "nobody"] = Field(
        default="known",
        description="Who may ask about the schema, and is told names that were meant: `everyone`, `known` (not callers "
        "who present nothing), or `nobody`. `__typename` is always told.",
    )
    rate: float = Field(
        default=100,
        ge=0,
        description="Requests a second that one caller may send for long, to each server process; 0 for no limit.",
    )
    burst: int = Field(
        default=500, ge=1, description="Requests that one caller who was silent may send at once, beyond the rate."
    )
    concurrency: int = Field(
        default=50, ge=0, description="Requests of one caller that one server process answers at once; 0 for no limit."
    )

    # What one request may cost
    max_cost: int = Field(
        default=1_500_000,
        ge=0,
        description="Most that a GraphQL request may cost, which is known before it is answered: rows times fields, by "
        "the `first` of each list. 0 for no limit.",
    )
    role_costs: Annotated[tuple[tuple[str, int], ...], NoDecode] = Field(
        default=(),
        description="Roles whose requests may cost something else, each `role:cost`, such as `public:10000,admin:0`.",
    )
    request_timeout: float = Field(
        default=60,
        gt=0,
        le=3600,
        description="Seconds after which a request is given up, whatever it waits for; the database is told to stop "
        "working for it, as it is when the caller hangs up.",
    )
    statement_timeout: float = Field(
        default=30, gt=0, le=3600, description="Seconds after which the database gives up a statement."
    )
    lock_timeout: float = Field(
        default=5, gt=0, le=600, description="Seconds that a write waits for rows that the scheduler holds."
    )
    pool_size: int = Field(
        default=10,
        ge=1,
        le=500,
        description="Most database connections that one server process holds, and one more for `/health`.",
    )
    pool_timeout: float = Field(
        default=10, gt=0, le=600, description="Seconds that a request waits for a free database connection."
    )
    prepared_statements: bool | Literal["auto"] = Field(
        default="auto",
        description="Whether statements are prepared on the server (PostgreSQL), which is faster. `auto`: on direct "
        "connections, which are told apart from those of a pooler such as PgBouncer; `true`: behind a pooler too, "
        "if it keeps track of them; `false`: nowhere, and every connection is used as a pooler's.",
    )
    default_page_size: int = Field(default=100, ge=1, description="Rows of a list that was not asked for a size.")
    max_page_size: int = Field(default=1000, ge=1, description="Most rows of one list (`first`).")
    max_rows: int = Field(default=50_000, ge=1, description="Most rows, over all levels, of one answer.")
    max_long_bytes: int = Field(
        default=100_000_000,
        ge=1,
        description="Most bytes of values that may be of any length, such as configurations and serialized DAGs, that "
        "are read for one answer (PostgreSQL).",
    )
    max_statements: int = Field(
        default=100, ge=1, description="Most SQL statements of one answer; each level of each list is one."
    )
    max_depth: int = Field(default=15, ge=1, description="Most levels of nested fields in a GraphQL document.")
    max_root_fields: int = Field(default=50, ge=1, description="Most root fields of one GraphQL operation.")
    max_aliases: int = Field(default=500, ge=0, description="Most aliases in a GraphQL document.")
    max_directives: int = Field(
        default=200, ge=0, description="Most directives, such as `@include`, in a GraphQL document."
    )
    max_fields: int = Field(
        default=5_000,
        ge=1,
        description="Most fields that a GraphQL document selects, each fragment counted where it is spread.",
    )
    max_tokens: int = Field(default=15_000, ge=1, description="Most tokens (names, values, punctuation) of a document.")
    max_document_bytes: int = Field(default=100_000, ge=1, description="Longest GraphQL document, in bytes.")
    max_body_bytes: int = Field(default=2_000_000, ge=1, description="Longest request body, in bytes.")

    max_log_characters: int = Field(
        default=10_000_000,
        ge=1,
        description="Most characters of a task's log in one JSON answer of the stable API, whose token leads to the "
        "rest. As plain text, a log is sent whole, however long it is.",
    )
    max_answer_bytes: int = Field(
        default=50_000_000, ge=1, description="Longest answer, in bytes, before it is packed."
    )

    @field_validator("role_costs", mode="before")
    @classmethod
    def _split_costs(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        pairs = [word.rpartition(":") for word in value.replace(",", " ").split()]
        if not all(role and cost.isdecimal() for role, _, cost in pairs):
            raise ValueError("each must be role:cost, such as viewer:100000")
        return tuple((role.lower(), int(cost)) for role, _, cost in pairs)

    def cost_of_role(self, role: str | None) -> int:
        """Return what a request of a role, or of several with commas between, may cost; 0 for no limit."""
        roles = {name.strip().lower() for name in (role or "").split(",")}
        found = [cost for name, cost in self.role_costs if name in roles]
        if not found:
            return self.max_cost
        return 0 if 0 in found else max(found)
