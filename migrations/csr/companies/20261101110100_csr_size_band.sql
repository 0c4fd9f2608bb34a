-- migrate:up
-- The size band of a company, by its employees: the European Commission's bands, with 1000 and more apart; '' when
-- nobody said how many there are.
CREATE FUNCTION csr_size_band AS (employees) -> multiIf(
    employees = 0, '',
    employees < 10, 'micro',
    employees < 50, 'small',
    employees < 250, 'medium',
    employees < 1000, 'large',
    'enterprise');

-- migrate:down
DROP FUNCTION csr_size_band;
