-- migrate:up
-- A cohort's filters as an object; what is none, as an empty one.
CREATE FUNCTION csr_filters AS text ->
    CAST(if(JSONType(text) = 'Object', text, '{}'), 'JSON');

-- migrate:down
DROP FUNCTION csr_filters;
