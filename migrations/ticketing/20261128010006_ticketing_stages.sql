-- migrate:up
-- The stages of a funnel, once each is found to be named once: one event cannot be two stages.
CREATE FUNCTION ticketing_stages AS (stages) ->
    if(throwIf(length(arrayDistinct(stages)) < length(stages), 'stages: A stage may be named only once'), [], stages);

-- migrate:down
DROP FUNCTION ticketing_stages;
