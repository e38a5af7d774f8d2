from typing import Any

from django.apps import AppConfig

TOPIC, TASK = "search", "search.work"


class SearchConfig(AppConfig):
    name = "search"

    def ready(self) -> None:
        from dms.audit.announcements import outbox_written
        from search import checks  # noqa: F401 - registers the system checks

        outbox_written.connect(wake_indexer, dispatch_uid="search.wake_indexer")


def wake_indexer(topics: frozenset[str], **kwargs: Any) -> None:
    """What was just committed is to be found within the second, not only after the next sweep."""
    from dms.adapters.wake import send_wake

    if TOPIC in topics:
        send_wake(TASK)
