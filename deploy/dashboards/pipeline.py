"""Is it healthy, and does it keep up? The dashboard "Pipeline"."""

from deploy.dashboards.panels import Panel, Row, quantile, rate, selected

DONE = f"sum({rate('stancewire_articles_processed_total')}) + sum({rate('stancewire_articles_skipped_total')})"
DEAD = f"sum({rate('stancewire_articles_dead_total')})"
DEAD_STREAM = 'stream="articles.dead"'
LAG = f"max({selected('stancewire_stream_lag')})"
PENDING = f"max({selected('stancewire_stream_pending')})"

GLANCE = Row(
    "At a glance",
    [
        Panel(
            "Waiting",
            "Articles that no worker has been given yet. Fine while it shrinks; see the time to drain below.",
            "short",
            [(LAG, "waiting")],
            "number",
            runbook="lag-growing",
        ),
        Panel(
            "In progress",
            "Articles given to workers and not done.",
            "short",
            [(PENDING, "in progress")],
            "number",
        ),
        Panel(
            "Oldest in progress",
            "Age of the oldest article that was given out and is not done, from the moment it was fed.",
            "s",
            [(f"max({selected('stancewire_stream_oldest_pending_age_seconds')})", "age")],
            "number",
            alarm=900,
            runbook="oldest-pending-too-old",
        ),
        Panel(
            "Done per second",
            "Articles brought to an end, whatever the end.",
            "ops",
            [(f"{DONE} + {DEAD}", "articles")],
            "number",
        ),
        Panel(
            "Dead letters",
            "Articles in the dead letters now. Each waits for somebody to look at it.",
            "short",
            [(f"max({selected('stancewire_stream_length', DEAD_STREAM)})", "dead")],
            "number",
            alarm=1,
            runbook="dead-letters-rising",
        ),
        Panel(
            "Workers",
            "Workers that answer.",
            "short",
            [(f"count({selected('celery_worker_up')} == 1)", "workers")],
            "number",
            runbook="worker-missing",
        ),
    ],
)
SIGNALS = Row(
    "Golden signals",
    [
        Panel(
            "Traffic",
            "Articles fed, and articles done by how they ended. Workers keep up where the sum of the ends meets "
            "what is fed.",
            "ops",
            [
                (f"max({rate('stancewire_articles_appended_total')})", "fed"),
                (f"sum({rate('stancewire_articles_processed_total')})", "processed"),
                (f"sum({rate('stancewire_articles_skipped_total')})", "skipped"),
                (DEAD, "dead"),
            ],
            width=12,
            runbook="no-throughput",
        ),
        Panel(
            "Latency",
            "From feeding an article to publishing what became of it: what a reader of the topics notices.",
            "s",
            [
                (quantile(0.5, "stancewire_article_latency_seconds"), "half of them"),
                (quantile(0.95, "stancewire_article_latency_seconds"), "95 of 100"),
                (quantile(0.99, "stancewire_article_latency_seconds"), "99 of 100"),
            ],
            width=12,
            runbook="lag-growing",
        ),
        Panel(
            "Failure ratio",
            "Dead letters among the articles that were done.",
            "percentunit",
            [(f"{DEAD} / clamp_min({DONE} + {DEAD}, 1e-9)", "dead")],
            width=12,
            alarm=0.05,
            runbook="failure-ratio",
        ),
        Panel(
            "Saturation",
            "Share of worker processes at work, of their processor time, and of the time that intake held back for "
            "them. All near 100%: add workers.",
            "percentunit",
            [
                (
                    f"sum({selected('celery_worker_tasks_active')}) / sum({selected('stancewire_worker_processes')})",
                    "processes at work",
                ),
                (
                    f"sum({rate('stancewire_worker_cpu_seconds_total')}) "
                    f"/ sum({selected('stancewire_worker_processes')})",
                    "processor",
                ),
                (f"max({rate('stancewire_intake_held_back_seconds_total')})", "intake held back"),
            ],
            width=12,
            runbook="lag-growing",
        ),
    ],
)
BACKLOG = Row(
    "Backlog",
    [
        Panel(
            "Backlog",
            "Articles that wait in the stream, and those in progress.",
            "short",
            [(LAG, "waiting"), (PENDING, "in progress")],
            "stack",
            runbook="lag-growing",
        ),
        Panel(
            "Time to drain",
            "How long the workers would need for what waits, at the pace of now and if nothing more came.",
            "s",
            [(f"({LAG} + {PENDING}) / clamp_min({DONE} + {DEAD}, 1e-9)", "to drain")],
            runbook="lag-growing",
        ),
        Panel(
            "Oldest in progress",
            "Age of the oldest article that was given out and is not done.",
            "s",
            [(f"max({selected('stancewire_stream_oldest_pending_age_seconds')})", "age")],
            alarm=900,
            runbook="oldest-pending-too-old",
        ),
        Panel(
            "Celery queue",
            "Tasks that wait in the Celery queue. Intake keeps it short; the backlog is in the stream.",
            "short",
            [(f"max by (queue_name) ({selected('celery_queue_length')})", "{{queue_name}}")],
        ),
        Panel(
            "Entries of the streams",
            "What the server stores. `articles` is trimmed; the topics grow unless topic_max_length is set.",
            "short",
            [(f"max by (stream) ({selected('stancewire_stream_length')})", "{{stream}}")],
            runbook="server-memory",
        ),
        Panel(
            "Trimmed",
            "Entries trimmed from the streams.",
            "ops",
            [(f"sum by (stream) ({rate('stancewire_entries_trimmed_total')})", "{{stream}}")],
        ),
    ],
)
FAILURES = Row(
    "Failures and repetitions",
    [
        Panel(
            "Dead letters by reason",
            "Articles that could not be processed.",
            "ops",
            [(f"sum by (reason) ({rate('stancewire_articles_dead_total')})", "{{reason}}")],
            "stack",
            runbook="dead-letters-rising",
        ),
        Panel(
            "Skipped by reason",
            "Articles passed over on purpose: no English, no negotiation, a duplicate.",
            "ops",
            [(f"sum by (reason) ({rate('stancewire_articles_skipped_total')})", "{{reason}}")],
            "stack",
        ),
        Panel(
            "Failed attempts by cause",
            "Attempts that ended without a result; the article is tried again.",
            "ops",
            [(f"sum by (cause) ({rate('stancewire_attempts_failed_total')})", "{{cause}}")],
            "stack",
            runbook="failure-ratio",
        ),
        Panel(
            "Handed out by cause",
            "New articles; again: its Celery message was lost; retry: started before without a result.",
            "ops",
            [(f"sum by (cause) ({rate('stancewire_entries_dispatched_total')})", "{{cause}}")],
            runbook="oldest-pending-too-old",
        ),
        Panel(
            "Attempts",
            "First and repeated starts of work on an article.",
            "ops",
            [(f"sum by (kind) ({rate('stancewire_attempts_total')})", "{{kind}}")],
        ),
        Panel(
            "Work done twice",
            "Results that another worker had published before. They have no effect; many mean that "
            "reclaim_after is too short.",
            "ops",
            [(f"sum({rate('stancewire_articles_superseded_total')})", "superseded")],
            runbook="oldest-pending-too-old",
        ),
    ],
)
WORKERS = Row(
    "Workers",
    [
        Panel(
            "Tasks at work",
            "Tasks that each worker runs now.",
            "short",
            [(f"sum by (hostname) ({selected('celery_worker_tasks_active')})", "{{hostname}}")],
            "stack",
            runbook="worker-missing",
        ),
        Panel(
            "Processes",
            "Processes of each worker that take tasks.",
            "short",
            [(f"sum by (instance) ({selected('stancewire_worker_processes')})", "{{instance}}")],
            "stack",
            runbook="worker-missing",
        ),
        Panel(
            "Memory of workers",
            "Memory of all processes of a worker; what they share is counted once.",
            "bytes",
            [(f"sum by (instance) ({selected('stancewire_worker_memory_bytes')})", "{{instance}}")],
        ),
        Panel(
            "Processor time of workers",
            "Processors that each worker keeps busy.",
            "short",
            [(f"sum by (instance) ({rate('stancewire_worker_cpu_seconds_total')})", "{{instance}}")],
        ),
        Panel(
            "Time per stage",
            "Mean time of an article in each stage.",
            "s",
            [
                (
                    f"sum by (stage) ({rate('stancewire_stage_duration_seconds_sum')}) "
                    f"/ clamp_min(sum by (stage) ({rate('stancewire_stage_duration_seconds_count')}), 1e-9)",
                    "{{stage}}",
                )
            ],
        ),
        Panel(
            "Slow articles by stage",
            "Time of a stage that 95 of 100 articles stay below.",
            "s",
            [(quantile(0.95, "stancewire_stage_duration_seconds", "le, stage"), "{{stage}}")],
        ),
        Panel(
            "Batches",
            "Mean articles of a batch. Small ones mean that workers wait for articles.",
            "short",
            [
                (
                    f"sum({rate('stancewire_batch_articles_sum')}) "
                    f"/ clamp_min(sum({rate('stancewire_batch_articles_count')}), 1e-9)",
                    "articles",
                )
            ],
        ),
        Panel(
            "Runtime of tasks",
            "Time of a Celery task, under the name that celery-exporter gives it.",
            "s",
            [(quantile(0.95, "celery_task_runtime", "le, name"), "{{name}}")],
        ),
        Panel(
            "Loading the model",
            "Time that the last start of each worker needed for the language model.",
            "s",
            [(f"max by (instance) ({selected('stancewire_model_load_seconds')} > 0)", "{{instance}}")],
        ),
    ],
)
SERVER = Row(
    "Server and versions",
    [
        Panel(
            "Memory of the server",
            "Share of its limit that the server uses. At the limit it refuses articles and results.",
            "percentunit",
            [
                (
                    f"max({selected('stancewire_server_memory_used_bytes')}) "
                    f"/ max({selected('stancewire_server_memory_limit_bytes')})",
                    "used",
                )
            ],
            alarm=0.85,
            maximum=1,
            runbook="server-memory",
        ),
        Panel(
            "Clock offset",
            "By how much each machine's clock is ahead of the server's. Ages and latencies mix the two.",
            "s",
            [(selected("stancewire_clock_offset_seconds"), "{{instance}}")],
            alarm=2,
            signed=True,
            runbook="clock-skew",
        ),
        Panel(
            "Versions",
            "Which version runs where.",
            "short",
            [(f"count by (version, python) ({selected('stancewire_build_info')})", "{{version}} on Python {{python}}")],
            "bars",
            width=8,
        ),
    ],
)
ROWS = (GLANCE, SIGNALS, BACKLOG, FAILURES, WORKERS, SERVER)
