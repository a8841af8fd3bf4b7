"""Queries about what is around DAGs: assets, XComs, backfills, Airflow's own processes, who did what."""

from graph.http.graphiql import Tab
from graph.types.node import global_id

AROUND = (
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
