"""Queries about DAGs, their runs and tasks, and what one may do to them."""

from graph.http.graphiql import Tab

RUNS = (
    Tab(
        "Home page",
        """\
# Press the pink button, or Ctrl-Enter.
# What a home page shows: every DAG, its latest run,
# and the states of that run's tasks. However many DAGs
# there are: no more than one SQL statement per level.
query HomePage {
  dags(first: 100, filter: { isStale: false }) {
    totalCount
    nodes {
      dagId
      displayName
      isPaused
      hasImportErrors
      tags
      schedule { summary description }
      nextRun { at }
      runStateCounts { state count }
      latestRun {
        runId
        state
        runType
        startedAt
        duration
        taskStateCounts { state count }
      }
    }
  }
}
""",
    ),
    Tab(
        "Grid of one DAG",
        """\
# What the grid shows: the last 25 runs of a DAG
# with all their task instances.
query Grid($dagId: String!, $runs: Int = 25) {
  dag(dagId: $dagId) {
    dagId
    tasks { taskId label taskGroupId }
    runs(first: $runs) {
      nodes {
        runId
        runType
        state
        runAfter
        duration
        taskInstances(first: 100) {
          nodes { taskId mapIndex state tryNumber duration }
        }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
}
""",
        {"dagId": "orders_etl", "runs": 25},
    ),
    Tab(
        "One run",
        """\
# The newest failed run of a DAG: what each task did,
# and its earlier tries.
query OneRun($dagId: String!) {
  dag(dagId: $dagId) {
    latestRun(filter: { state: [FAILED] }) {
      runId
      state
      runType
      note
      conf
      dataInterval { start end }
      startedAt
      endedAt
      duration
      taskInstances(orderBy: STARTED_AT_ASC) {
        nodes {
          taskId
          state
          operator
          tryNumber
          maxTries
          startedAt
          duration
          hostname
          note
          tries { tryNumber state startedAt duration hostname }
        }
      }
    }
  }
}
""",
        {"dagId": "customers_etl"},
    ),
    Tab(
        "What failed",
        """\
# What failed anywhere. Try other states below:
# RUNNING, QUEUED, UP_FOR_RETRY, DEFERRED.
query WhatFailed($states: [TaskInstanceState] = [FAILED]) {
  taskInstances(first: 20, filter: { state: $states }) {
    totalCount
    nodes {
      dagId
      runId
      taskId
      mapIndex
      state
      tryNumber
      endedAt
      note
      dagRun { state runType note }
      task { operator retries downstreamTaskIds }
      dag { owners tags }
    }
    pageInfo { hasNextPage endCursor }
  }
}
""",
        {"states": ["FAILED"]},
    ),
    Tab(
        "Pools",
        """\
# Who takes the slots of which pool.
query Pools {
  pools {
    nodes {
      name
      description
      slots
      occupiedSlots
      runningSlots
      queuedSlots
      scheduledSlots
      deferredSlots
      openSlots
      taskInstances(first: 5, filter: { state: [RUNNING, QUEUED, DEFERRED, SCHEDULED] }) {
        nodes { dagId taskId state poolSlots startedAt }
      }
    }
  }
}
""",
    ),
    Tab(
        "Tasks of a DAG",
        """\
# A DAG as its file defines it: tasks in groups, what
# follows what, setup and teardown, parameters.
query Tasks($dagId: String!) {
  dag(dagId: $dagId) {
    description
    definition { docMd timezone catchup params }
    taskGroups { groupId parentId label tooltip isMapped taskIds groupIds }
    tasks {
      taskId
      label
      operator
      triggerRule
      retries
      retryDelay
      poolName
      queue
      isMapped
      isSetup
      isTeardown
      upstream { taskId }
      downstream { taskId }
      taskGroup { groupId tooltip }
    }
  }
}
""",
        {"dagId": "train_ranking_model"},
    ),
    Tab(
        "Trigger a run",
        """\
# Trigger a run; the next tab watches it.
# Its conf must fit the DAG's params: try "xml".
# Needs the role user, or a higher one.
mutation TriggerExport($ticket: String!) {
  triggerDag(
    input: {
      dagId: "customer_export"
      conf: { customer_id: 2718, format: "pdf", ticket: $ticket }
      note: "Asked for in GraphiQL."
    }
  ) {
    dagRun {
      id
      runId
      state
      queuedAt
      triggeringUser
      conf
      taskInstances { nodes { taskId mapIndex state } }
    }
  }
}
""",
        {"ticket": "PRIV-512"},
    ),
    Tab(
        "Watch it run",
        """\
# Run this again and again, after the tab before:
# the demo's clock carries the run out within seconds.
query Watch($dagId: String!) {
  dag(dagId: $dagId) {
    latestRun {
      runId
      state
      note
      startedAt
      duration
      taskStateCounts { state count }
      taskInstances(orderBy: STARTED_AT_ASC) {
        nodes { taskId mapIndex renderedMapIndex state tryNumber hostname startedAt duration }
      }
    }
  }
}
""",
        {"dagId": "customer_export"},
    ),
    Tab(
        "Clear what failed",
        """\
# What clearing the failed tasks of a DAG, and all that
# follows them, would reach. With dryRun false it is
# done, and the demo's clock runs them again.
# Needs the role user, or a higher one.
mutation ClearFailed($input: ClearTaskInstancesInput!) {
  clearTaskInstances(input: $input) {
    dryRun
    taskInstances { runId taskId mapIndex state tryNumber }
    dagRuns { runId state note }
  }
}
""",
        {"input": {"dagId": "sales_report", "onlyFailed": True, "includeDownstream": True, "dryRun": True}},
    ),
)
