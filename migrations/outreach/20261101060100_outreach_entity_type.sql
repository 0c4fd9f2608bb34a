-- migrate:up
-- The type of entity that an event of this type happens to, '' for a type that there is not.
CREATE FUNCTION outreach_entity_type AS (eventType) -> transform(
    eventType,
    [
        'message_sent', 'message_delivered', 'message_opened', 'message_clicked', 'message_bounced',
        'message_complained', 'message_unsubscribed', 'campaign_started', 'campaign_completed',
        'workflow_run_started', 'workflow_run_completed', 'workflow_run_failed', 'workflow_goal_reached',
        'sequence_enrolled', 'sequence_step_executed', 'sequence_replied', 'sequence_completed',
        'contact_created', 'contact_updated'
    ],
    [
        'message', 'message', 'message', 'message', 'message', 'message', 'message', 'campaign',
        'campaign', 'workflow', 'workflow', 'workflow', 'workflow', 'sequence', 'sequence', 'sequence',
        'sequence', 'contact', 'contact'
    ],
    '');

-- migrate:down
DROP FUNCTION outreach_entity_type;
