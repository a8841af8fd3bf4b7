"""What people read: dashboards, reports, the books of the month, and exports on request."""

from datetime import timedelta

from resolvers.demo.blueprint import DagPlan, GroupPlan, Manner, ParamPlan, Scene, Schedule, TaskPlan
from resolvers.demo.dags.ingestion import ORDERS, PRICES
from resolvers.demo.operators import APPROVAL, BASH, EMAIL, EMPTY, SLACK, SQL

REPORTS = (
    DagPlan(
        dag_id="sales_report",
        description="Yesterday's sales, in everyone's inbox before the first coffee.",
        owner="analytics",
        tags=("report", "sales"),
        schedule=Schedule(cron="0 6 * * 1-5", zone="Europe/Berlin", words="At 06:00, Monday through Friday"),
        history=timedelta(weeks=10),
        asked=3,
        groups=(
            GroupPlan(group_id="charts", tooltip="One chart for each audience"),
            GroupPlan(group_id="charts.board", tooltip="Two pages, large print"),
        ),
        tasks=(
            TaskPlan(task_id="query_sales", operator=SQL, seconds=50, pool="warehouse", fails=0.03, retries=1),
            TaskPlan(task_id="charts.by_region", after="query_sales", seconds=15),
            TaskPlan(task_id="charts.by_product", after="query_sales", seconds=18),
            TaskPlan(task_id="charts.board.overview", after="query_sales", seconds=12),
            TaskPlan(task_id="charts.board.outlook", after="charts.board.overview", seconds=14),
            TaskPlan(
                task_id="render_pdf",
                after="charts.by_region charts.by_product charts.board.outlook",
                seconds=22,
                fails=0.03,
            ),
            TaskPlan(task_id="send", operator=EMAIL, after="render_pdf", seconds=4, retries=2, fails=0.05),
        ),
        scenes=(
            Scene(
                age=timedelta(minutes=70),
                state="failed",
                by="ada",
                note="The new logo breaks the PDF. Clear render_pdf once it is replaced.",
                states={"render_pdf": "failed", "send": "upstream_failed"},
                task_notes={"render_pdf": "cairo: no such colour space"},
            ),
        ),
    ),
    DagPlan(
        dag_id="revenue_dashboard",
        description="Refreshes the dashboard when orders and prices are both new.",
        owner="analytics",
        tags=("report", "tier-1"),
        schedule=Schedule(assets=(ORDERS, PRICES), words="Triggered by assets"),
        history=timedelta(weeks=2),
        tasks=(
            TaskPlan(task_id="aggregate", operator=SQL, seconds=40, pool="warehouse"),
            TaskPlan(task_id="refresh_cache", after="aggregate", seconds=9, fails=0.05, retries=1),
            TaskPlan(task_id="screenshot", operator=BASH, after="refresh_cache", seconds=20),
        ),
    ),
    DagPlan(
        dag_id="finance_month_close",
        description="Closes the books of a month; the figures wait for a signature.",
        owner="finance",
        tags=("report", "finance", "sox"),
        display_name="Finance: close the month",
        schedule=Schedule(cron="@monthly", words="At 00:00, on day 1 of the month"),
        history=timedelta(days=430),
        asked=2,
        max_active_runs=1,
        groups=(
            GroupPlan(group_id="ledger", tooltip="Between opening and sealing the ledger"),
            GroupPlan(group_id="ledger.reconcile", tooltip="Every source against the ledger"),
        ),
        tasks=(
            TaskPlan(task_id="ledger.open", operator=SQL, is_setup=True, seconds=5),
            TaskPlan(task_id="ledger.reconcile.payments", operator=SQL, after="ledger.open", seconds=300),
            TaskPlan(task_id="ledger.reconcile.refunds", operator=SQL, after="ledger.open", seconds=140),
            TaskPlan(
                task_id="ledger.reconcile.fees", operator=SQL, after="ledger.open", seconds=90, fails=0.1, retries=2
            ),
            TaskPlan(
                task_id="ledger.seal",
                operator=SQL,
                after="ledger.open ledger.reconcile.payments ledger.reconcile.refunds ledger.reconcile.fees",
                is_teardown=True,
                trigger_rule="all_done_setup_success",
                seconds=5,
            ),
            TaskPlan(
                task_id="approve_figures",
                operator=APPROVAL,
                after="ledger.reconcile.payments ledger.reconcile.refunds ledger.reconcile.fees",
                manner=Manner.ASKS,
                waits=3600,
                seconds=2,
            ),
            TaskPlan(task_id="publish_statements", operator=EMAIL, after="approve_figures", seconds=6),
        ),
        scenes=(
            Scene(
                age=timedelta(minutes=41),
                state="running",
                by="ada",
                note="Ready to be signed.",
                states={"approve_figures": "awaiting_input", "publish_statements": None},
            ),
        ),
    ),
    DagPlan(
        dag_id="customer_export",
        description="Everything that is stored about one customer, on the customer's request.",
        owner="privacy",
        tags=("gdpr", "on-demand", "pii"),
        history=timedelta(weeks=5),
        asked=24,
        doc_md="Only ever triggered by hand. **Give a ticket**: the audit asks for it.",
        params=(
            ParamPlan(
                name="customer_id",
                default=1042,
                description="Whose data.",
                schema={"type": "integer", "minimum": 1},
                given=(1042, 2718, 3141, 5150, 8086, 16180),
            ),
            ParamPlan(
                name="format",
                default="json",
                description="What the file is to be.",
                schema={"type": "string", "enum": ["json", "csv", "pdf"]},
                given=("json", "csv", "pdf"),
            ),
            ParamPlan(
                name="since",
                default=None,
                description="Leave out what is older.",
                schema={"type": ["null", "string"], "format": "date"},
            ),
            ParamPlan(
                name="ticket",
                default="PRIV-1",
                description="The request's number.",
                schema={"type": "string", "pattern": "^PRIV-[0-9]+$"},
                given=("PRIV-118", "PRIV-204", "PRIV-377", "PRIV-412"),
            ),
        ),
        tasks=(
            TaskPlan(task_id="check_identity", seconds=5, fails=0.08),
            TaskPlan(
                task_id="collect",
                after="check_identity",
                over=("orders", "payments", "tickets", "newsletter"),
                seconds=25,
                fails=0.03,
                retries=1,
            ),
            TaskPlan(task_id="pack", after="collect", seconds=12),
            TaskPlan(task_id="deliver", operator=EMAIL, after="pack", seconds=3),
        ),
    ),
    DagPlan(
        dag_id="marketing_attribution",
        description="Which campaign brought which order.",
        owner="marketing",
        tags=("report", "marketing"),
        schedule=Schedule(cron="@weekly", words="At 00:00, only on Sunday"),
        history=timedelta(weeks=12),
        import_error=(
            "Traceback (most recent call last):\n"
            '  File "/opt/demo/dags/marketing_attribution.py", line 7, in <module>\n'
            "    from attribution.models import Shapley\n"
            "ModuleNotFoundError: No module named 'attribution'\n"
        ),
        tasks=(
            TaskPlan(task_id="fetch_campaigns", seconds=30, fails=0.1, retries=1),
            TaskPlan(task_id="attribute", operator=SQL, after="fetch_campaigns", seconds=200, pool="warehouse"),
            TaskPlan(task_id="post_summary", operator=SLACK, after="attribute", seconds=2),
        ),
    ),
    DagPlan(
        dag_id="legacy_currency_rates",
        description="Rates by FTP. Its file is gone: prices bring their currency along now.",
        owner="finance",
        tags=("legacy",),
        schedule=Schedule(cron="0 7 * * *", words="At 07:00"),
        history=timedelta(0),
        is_stale=True,
        tasks=(
            TaskPlan(task_id="download_rates", operator=BASH, seconds=15),
            TaskPlan(task_id="store_rates", operator=SQL, after="download_rates", seconds=4),
            TaskPlan(task_id="end", operator=EMPTY, after="store_rates"),
        ),
        scenes=(
            *(Scene(age=timedelta(days=90 + day), run_type="scheduled") for day in range(1, 8)),
            Scene(
                age=timedelta(days=90),
                run_type="scheduled",
                state="failed",
                states={"download_rates": "shutdown", "store_rates": "upstream_failed", "end": "upstream_failed"},
                note="Stopped for good.",
                until=2,
            ),
        ),
    ),
)
