-- migrate:up
-- The path of a page's address, with or without a host before it, without what follows ? or #: rules of sampling name it.
CREATE FUNCTION page_path AS (url) -> if(startsWith(url, '/'), extract(url, '^[^?#]*'), path(url));

-- migrate:down
DROP FUNCTION page_path;
