"""What somebody would write who has installed the Python package. It prints what it sees."""

import json
import os

from sluice_client import AuthenticatedClient
from sluice_client.api.events import post_events
from sluice_client.api.outreach import get_outreach_events, get_outreach_overview
from sluice_client.models import (
    GetOutreachEventsEventType,
    GetOutreachOverviewResponse200,
    GetOutreachOverviewTimeRange,
    PostEventsJsonBodyType0,
    PostEventsStream,
    Problem,
)


def say(what, value):
    print(what, json.dumps(value), flush=True)


client = AuthenticatedClient(base_url=os.environ["BASE"], token=os.environ["TOKEN"])

event = PostEventsJsonBodyType0.from_dict(json.loads(os.environ["EVENT"]))
accepted = post_events.sync(PostEventsStream.OUTREACH, client=client, body=event)
say("accepted", accepted.data.accepted)

overview = get_outreach_overview.sync(client=client, time_range=GetOutreachOverviewTimeRange.VALUE_2)
assert isinstance(overview, GetOutreachOverviewResponse200)
summary = overview.data.summary
say("overview", [summary.total_messages_sent, summary.open_rate, len(overview.data.trend)])

rows, cursor = [], None
while True:
    more = {} if cursor is None else {"cursor": cursor}
    page = get_outreach_events.sync(
        client=client, event_type=GetOutreachEventsEventType.MESSAGE_SENT, page_size=2, **more
    )
    rows += [row.entity_id for row in page.data]
    cursor = page.meta.page.next_
    if cursor is None:
        break
say("rows", sorted(rows))

answer = get_outreach_overview.sync_detailed(client=client, start_date="x")
problem = answer.parsed
assert isinstance(problem, Problem)
say("bad", [answer.status_code, problem.type_.value, problem.parameter])
