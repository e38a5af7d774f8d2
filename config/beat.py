"""A schedule for Celery's beat that goes on when the machine's clock jumps back."""

from __future__ import annotations

from datetime import datetime

from celery.schedules import schedstate, schedule


class Steadily(schedule):
    """Every so many seconds; a last run in the future is taken for what it is, a wrong clock, and the task is due."""

    def is_due(self, last_run_at: datetime) -> schedstate:
        if self.maybe_make_aware(last_run_at) > self.now():
            return schedstate(is_due=True, next=self.seconds)
        return super().is_due(last_run_at)
