-- migrate:up
-- Collects the names that events tell. metadata.name is that of the thing the event is about: the campaign, workflow or
-- sequence, and of a message its template; campaignName, workflowName, sequenceName and templateName name what the
-- event mentions. A name is kept to 256 characters.
CREATE MATERIALIZED VIEW outreach_names_mv TO outreach_names AS
SELECT
    tenant_id,
    named.1 AS kind,
    named.2 AS id,
    max((occurred_at, substringUTF8(named.3, 1, 256))::Tuple(named_at DateTime64(3, 'UTC'), name String)) AS latest
FROM outreach_parsed
ARRAY JOIN
    [
        ('campaign', campaign_id, if(entity_type = 'campaign' AND name != '', name, campaign_name)),
        ('workflow', workflow_id, if(entity_type = 'workflow' AND name != '', name, workflow_name)),
        ('sequence', sequence_id, if(entity_type = 'sequence' AND name != '', name, sequence_name)),
        ('template', template_id, if(entity_type = 'message' AND name != '', name, template_name))
    ] AS named
WHERE reason = ''
    AND (name != '' OR campaign_name != '' OR workflow_name != '' OR sequence_name != '' OR template_name != '')
    AND named.2 != ''
    AND named.3 != ''
GROUP BY
    tenant_id,
    kind,
    id;

-- migrate:down
DROP VIEW outreach_names_mv;
