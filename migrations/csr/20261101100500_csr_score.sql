-- migrate:up
-- A number as answers show it: with six decimals, which hides the last binary digits of means; NULL for NULL.
CREATE FUNCTION csr_score AS (number) -> round(number, 6);

-- migrate:down
DROP FUNCTION csr_score;
