"""What this room does in the background: files to take along, keeping times, the wording of the notice."""

from __future__ import annotations

import structlog
from procrastinate.contrib.django import app

from linli.core.jobs.enduring import was_cut
from linli.core.privacy.actions import retention, takeouts
from linli.core.privacy.actions.assessments import keep_all_assessments
from linli.core.privacy.actions.notice import publish_if_changed

log = structlog.get_logger(__name__)


@app.task(name="core.prepare_takeout")
def prepare_takeout(takeout_id: int) -> None:
    """Write one file; a second run finds it written. One that cannot be written says so to its person."""
    try:
        takeouts.prepare_takeout(takeout_id)
    except Exception as error:
        if was_cut(error):
            raise  # the job runs again
        takeouts.give_up_takeout(takeout_id)
        raise


@app.periodic(cron="23 19 * * *")
@app.task(name="core.run_retention", queueing_lock="core.run_retention")
def run_retention(timestamp: int) -> None:
    """Once a night (03:23 in Shanghai): erase and delete what has been kept long enough."""
    done = retention.run_all()
    log.info("retention", **done)


@app.periodic(cron="53 18 * * *")
@app.task(name="core.publish_notice", queueing_lock="core.publish_notice")
def publish_notice(timestamp: int) -> None:
    """Once a night (02:53 in Shanghai): keep a new version of the privacy notice when it reads otherwise."""
    publish_if_changed()


@app.periodic(cron="58 18 * * *")
@app.task(name="core.keep_assessments", queueing_lock="core.keep_assessments")
def keep_assessments(timestamp: int) -> None:
    """Once a night (02:58 in Shanghai): open the impact assessments that are missing, end those that fit no more."""
    log.info("assessments", opened=keep_all_assessments())
