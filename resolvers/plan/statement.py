"""A statement as the driver takes it: its text, made once, and how a run fills its parameters and reads its rows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Boolean, Dialect, Float, Integer, Numeric, Select, String
from sqlalchemy.types import TypeEngine

from resolvers.metadata.stored import PickledConf, UtcDateTime
from resolvers.output import Kind
from resolvers.plan.asked import Asked, Source

# From a value to what the driver takes for it, and from what the driver brings to the value.
Encode = Callable[[Any], Any]
Decode = Callable[[Any], Any]


@dataclass(frozen=True, eq=False)
class Statement:
    """The text of a statement, in the driver's own style of parameters.

    `decoders` are those of the columns that do not come as the values that they stand for. `kinds` say of which
    kind the values of a column always are, where they are not null.
    """

    text: str
    sources: tuple[tuple[str, Source, Encode | None], ...]
    constants: Mapping[str, object]
    positions: tuple[str, ...] | None
    decoders: tuple[Decode | None, ...]
    kinds: tuple[Kind | None, ...]

    @classmethod
    def of(cls, select: Select[Any], sources: Mapping[str, Source], dialect: Dialect) -> "Statement":
        """Compile a statement whose parameters of these names a run fills."""
        compiled = select.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
        encoders = {name: _encoder(bind.type, dialect) for bind, name in compiled.bind_names.items()}
        state = compiled.construct_expanded_state({}, escape_names=False)
        constants = {}
        for name, value in state.parameters.items():
            if name not in sources:
                # Elements of a list have names of their own, and are texts and numbers.
                encode = encoders.get(name)
                constants[name] = value if encode is None else encode(value)
        return cls(
            state.statement,
            tuple((name, source, encoders[name]) for name, source in sources.items() if name in encoders),
            constants,
            None if state.positiontup is None else tuple(state.positiontup),
            tuple(_decoder(column.type, dialect) for column in select.selected_columns),
            tuple(_kind(column.type, dialect) for column in select.selected_columns),
        )

    def parameters(self, asked: Asked) -> Mapping[str, object] | Sequence[object]:
        """Return the parameters of a run, as the driver takes them."""
        told = dict(self.constants)
        for name, source, encode in self.sources:
            value = source(asked)
            told[name] = value if encode is None else encode(value)
        return told if self.positions is None else [told[name] for name in self.positions]


def _encoder(type_: TypeEngine[Any], dialect: Dialect) -> Encode | None:
    return type_.dialect_impl(dialect).bind_processor(dialect)


def _decoder(type_: TypeEngine[Any], dialect: Dialect) -> Decode | None:
    if isinstance(type_, UtcDateTime) and dialect.driver == "psycopg":
        # A session in UTC gives instants as they are wanted.
        return None
    if isinstance(type_, Numeric | Float):
        # Whatever a driver brings for a number is one.
        return None
    if isinstance(type_, PickledConf) and dialect.driver == "psycopg":
        # What the driver brings is what was stored.
        return type_.opened
    return type_.dialect_impl(dialect).result_processor(dialect, None)


def _kind(type_: TypeEngine[Any], dialect: Dialect) -> Kind | None:
    if isinstance(type_, UtcDateTime):
        return Kind.INSTANT
    if dialect.name != "postgresql":
        # SQLite keeps in any column whatever is put there.
        return None
    if isinstance(type_, String):
        return Kind.TEXT
    if isinstance(type_, Integer) and not isinstance(type_, BigInteger):
        # Of 32 bits, as those of GraphQL are.
        return Kind.INTEGER
    return Kind.BOOLEAN if isinstance(type_, Boolean) else None
