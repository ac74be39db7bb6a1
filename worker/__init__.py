"""Stancewire's processes. `celery -A worker ...` (inspect, flower) finds the Celery application here."""


def __getattr__(name: str) -> object:
    """Import the application when it is first asked for: nothing else in this package needs Celery."""
    if name != "app":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from worker.celery_app import app  # noqa: PLC0415

    return app
