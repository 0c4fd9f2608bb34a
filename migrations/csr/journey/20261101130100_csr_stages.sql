-- migrate:up
-- The stages of a funnel, once each is found to be named once: one event cannot be two stages.
CREATE FUNCTION csr_stages AS (stages) ->
    if(
        throwIf(length(arrayDistinct(stages)) < length(stages), 'stages: A stage may be named only once')
        OR throwIf(has(stages, ''), 'stages: A stage must have a name'),
        [],
        stages);

-- migrate:down
DROP FUNCTION csr_stages;
