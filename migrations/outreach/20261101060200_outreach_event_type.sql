-- migrate:up
-- The event type of an envelope's type by its last parts, whatever stands before them: message_sent of
-- pipeline.message.sent. A type that is not known stays as it is, to be quoted when it is rejected.
CREATE FUNCTION outreach_event_type AS (type) -> transform(
    extract(
        type,
        '(?:^|\\.)((?:message|campaign|contact)\\.[a-z]+|workflow\\.(?:run\\.)?[a-z_]+|sequence\\.(?:step\\.|enrollment\\.)?[a-z]+)$'),
    [
        'message.sent', 'message.delivered', 'message.opened', 'message.clicked', 'message.bounced',
        'message.complained', 'message.unsubscribed', 'campaign.started', 'campaign.completed',
        'workflow.run.started', 'workflow.run.completed', 'workflow.run.failed',
        'workflow.run.goal_reached', 'workflow.goal_reached', 'sequence.enrolled',
        'sequence.enrollment.created', 'sequence.enrollment.enrolled', 'sequence.step.executed',
        'sequence.enrollment.replied', 'sequence.replied', 'sequence.enrollment.completed',
        'sequence.completed', 'contact.created', 'contact.updated'
    ],
    [
        'message_sent', 'message_delivered', 'message_opened', 'message_clicked', 'message_bounced',
        'message_complained', 'message_unsubscribed', 'campaign_started', 'campaign_completed',
        'workflow_run_started', 'workflow_run_completed', 'workflow_run_failed', 'workflow_goal_reached',
        'workflow_goal_reached', 'sequence_enrolled', 'sequence_enrolled', 'sequence_enrolled',
        'sequence_step_executed', 'sequence_replied', 'sequence_replied', 'sequence_completed',
        'sequence_completed', 'contact_created', 'contact_updated'
    ],
    type);

-- migrate:down
DROP FUNCTION outreach_event_type;
