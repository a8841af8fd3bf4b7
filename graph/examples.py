"""The queries that wait in GraphiQL's tabs in the demo: each finds something there, in either generation."""

from graph.http.graphiql import Tab
from graph.types.node import global_id

EXAMPLES = (
    Tab(
        "Home page",
        """\
# Press the pink button, or Ctrl-Enter.
# What a home page shows: every DAG, its latest run,
# and the states of that run's tasks. However many DAGs
# there are: one SQL statement for each level.
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
    Tab(
        "Assets",
        """\
# What DAGs write and wait for (Airflow 2 calls them
# datasets): the latest update of each, by which task, the
# runs that it started, and who still waits for more.
query Assets {
  assets {
    nodes {
      assetId
      uri
      isActive
      producers { dagId taskId }
      consumers {
        dagId
        dag { isPaused schedule { summary } }
      }
      queuedEvents { dagId createdAt }
      latestEvent {
        timestamp
        extra
        sourceDagId
        sourceTaskInstance { taskId state duration }
        createdDagRuns { dagId runId state }
      }
      events(first: 3) {
        totalCount
        nodes { timestamp sourceRunId }
      }
    }
  }
}
""",
    ),
    Tab(
        "Update an asset",
        """\
# Say that an asset was updated. The DAGs that wait for
# it run when all that they wait for is there: see the
# tab before. Needs the role op, or a higher one.
mutation UpdateAsset($assetId: Int!) {
  createAssetEvent(
    input: { assetId: $assetId, extra: { rows: 1848 } }
  ) {
    eventId
    timestamp
    extra
    asset { uri queuedEvents { dagId createdAt } }
  }
}
""",
        {"assetId": 3},
    ),
    Tab(
        "What tasks left",
        """\
# XComs: what the tasks of the newest runs of a DAG left
# for others.
query WhatTasksLeft($dagId: String!) {
  dag(dagId: $dagId) {
    runs(first: 3, filter: { state: [SUCCESS] }) {
      nodes {
        runId
        xcoms(first: 50) {
          nodes { taskId mapIndex key value leftAt }
        }
      }
    }
  }
}
""",
        {"dagId": "orders_etl"},
    ),
    Tab(
        "Backfills",
        """\
# A DAG that was filled in for past dates. Airflow 3 keeps
# the backfill itself; in 2 there are its runs alone.
query Backfills($dagId: String!) {
  dags(filter: { dagId: [$dagId] }) {
    nodes {
      dagId
      backfills {
        nodes {
          backfillId
          fromDate
          toDate
          completedAt
          triggeringUser
          runs {
            nodes { logicalDate dagRun { state duration } }
          }
        }
      }
      runs(first: 5, filter: { runType: [BACKFILL] }) {
        totalCount
        nodes { runId state logicalDate }
      }
    }
  }
}
""",
        {"dagId": "churn_features"},
    ),
    Tab(
        "Is it well?",
        """\
# Airflow's own processes, the files that it could not
# read, and what else it warns of.
query IsItWell {
  health {
    scheduler { isAlive latestHeartbeat }
    triggerer { isAlive latestHeartbeat }
    dagProcessor { isAlive latestHeartbeat }
  }
  jobs(first: 10) {
    nodes {
      jobType
      state
      isAlive
      latestHeartbeat
      patience
      hostname
      startedAt
      endedAt
    }
  }
  importErrors {
    nodes { filename timestamp stackTrace dagIds }
  }
  dagWarnings { nodes { dagId warningType message } }
}
""",
    ),
    Tab(
        "Connections",
        """\
# Connections and variables. Passwords are never shown,
# and secrets are masked but for who may edit them.
# Needs the role op, or a higher one.
query Connections {
  connections {
    nodes {
      connectionId
      connType
      description
      host
      port
      schema
      login
      extra
    }
  }
  variables {
    nodes { key value description isEncrypted }
  }
}
""",
    ),
    Tab(
        "Who did what",
        """\
# Airflow's audit log, the latest first: by people, and by
# tasks. Needs the role admin.
query WhoDidWhat($tasks: [String!] = ["running", "success", "failed"]) {
  byPeople: eventLogs(first: 10, filter: { eventNot: $tasks }) {
    nodes { when event owner ownerDisplayName dagId runId extra }
  }
  byTasks: eventLogs(first: 10, filter: { event: ["failed"] }) {
    nodes { when dagId runId taskId mapIndex tryNumber dag { owners } }
  }
}
""",
    ),
    Tab(
        "Who and where",
        """\
# Who you are, what you may do, and which Airflow this
# is. Act as somebody else, and run it again.
query WhoAndWhere {
  viewer {
    name
    role
    method
    permissions { permission dagIds }
  }
  deployment { airflowVersion migration isKnown database }
}
""",
    ),
    Tab(
        "Find by id",
        """\
# Every object has an id, by which it is found again.
# This is a DAG on hold: resume it, with unpauseDag,
# and see it go on.
query FindById($id: ID!) {
  node(id: $id) {
    id
    ... on DAG {
      dagId
      isPaused
      description
      runs(first: 5, filter: { state: [RUNNING, QUEUED] }) {
        nodes { id runId state note taskStateCounts { state count } }
      }
    }
  }
}
""",
        {"id": global_id("DAG", "warehouse_migration")},
    ),
)
