"""How tasks are grouped: the tree of task groups of one DAG."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from resolvers.serialized.fields import Fields


@dataclass(frozen=True, slots=True)
class TaskGroup:
    """A task group; the root group, which every DAG has, has no id.

    `group_id` is the full id ("outer.inner"), `label` the last part, as the UI prints it. The children are
    the ids of direct members, groups by their full id. `expand_inputs` is what the group and those
    around it are mapped over, innermost first, as stored.
    """

    group_id: str | None
    parent_id: str | None
    label: str
    tooltip: str
    doc_md: str | None
    ui_color: str
    ui_fgcolor: str
    task_ids: tuple[str, ...]
    group_ids: tuple[str, ...]
    upstream_task_ids: tuple[str, ...]
    downstream_task_ids: tuple[str, ...]
    upstream_group_ids: tuple[str, ...]
    downstream_group_ids: tuple[str, ...]
    is_mapped: bool
    expand_inputs: tuple[Mapping[str, object], ...]


def task_groups(root: object) -> Iterator[TaskGroup]:
    """Every group of the stored tree, parents before their members."""
    if isinstance(root, Mapping):
        yield from _walk(Fields((root,)), group_id=None, parent_id=None, around=())


def _walk(
    fields: Fields,
    *,
    group_id: str | None,
    parent_id: str | None,
    around: tuple[Mapping[str, object], ...],
) -> Iterator[TaskGroup]:
    tasks: list[str] = []
    groups: dict[str, Fields] = {}
    children = fields.stored("children")
    for child in children.values() if isinstance(children, Mapping) else ():
        match child:
            case ["operator", str(task_id)]:
                tasks.append(task_id)
            case ["taskgroup", Mapping() as stored]:
                group = Fields((stored,))
                groups[_full_id(group, fields, group_id)] = group
    is_mapped = fields.flag("is_mapped")
    if is_mapped:
        own = fields.stored("expand_input")
        around = (own if isinstance(own, Mapping) else {}, *around)
    yield TaskGroup(
        group_id=group_id,
        parent_id=parent_id,
        label=fields.text("group_display_name") or fields.text("_group_id") or "",
        tooltip=fields.text("tooltip") or "",
        doc_md=fields.text("doc_md"),
        ui_color=fields.text("ui_color") or "",
        ui_fgcolor=fields.text("ui_fgcolor") or "",
        task_ids=tuple(tasks),
        group_ids=tuple(groups),
        upstream_task_ids=fields.texts("upstream_task_ids"),
        downstream_task_ids=fields.texts("downstream_task_ids"),
        upstream_group_ids=fields.texts("upstream_group_ids"),
        downstream_group_ids=fields.texts("downstream_group_ids"),
        is_mapped=is_mapped,
        expand_inputs=around,
    )
    for full_id, group in groups.items():
        yield from _walk(group, group_id=full_id, parent_id=group_id, around=around)


def _full_id(group: Fields, parent: Fields, parent_id: str | None) -> str:
    """Return the id with its prefix, which is stored apart, unless the parent wants none."""
    own = group.text("_group_id") or ""
    if parent_id and parent.stored("prefix_group_id") is not False:
        return f"{parent_id}.{own}"
    return own
