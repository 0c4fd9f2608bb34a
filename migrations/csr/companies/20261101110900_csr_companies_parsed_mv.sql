-- migrate:up
-- Parses and checks the JSON of each line once:
--   {"name"?, "industry", "region", "employees", "updatedAt"?, "deleted"?}
-- The company is the tenant, which is the landing table's, whatever the line says. Without updatedAt the row counts from
-- its arrival; one dated beyond 2100 is refused, since no later change of it would ever count. One that says nothing is
-- refused, as what was meant for another stream: it would take away what was said before. Half of a surrogate pair in a
-- text that is stored is refused. The first failing rule is the reason; nothing here throws, whatever the line holds.
CREATE MATERIALIZED VIEW csr_companies_parsed_mv TO csr_companies_parsed AS
WITH
    extracted AS
    (
        SELECT
            *,
            multiIf(
                json = line, '',
                position(company.name, half_pair()) > 0, 'name',
                position(company.industry, half_pair()) > 0, 'industry',
                position(company.region, half_pair()) > 0, 'region',
                '') AS halfPairField,
            JSONExtract(
                json,
                'Tuple(name String, industry String, region String, employees String, updatedAt String, deleted String)') AS company,
            event_microsecond(company.updatedAt) AS updated
        FROM csr_companies_json
    )
SELECT
    tenant_id,
    request_id,
    line_number,
    source,
    line,
    received_at,
    multiIf(
        problem != '',
            problem,
        halfPairField != '',
            concat(halfPairField, ' holds half of a surrogate pair'),
        company.deleted NOT IN ('', 'true', 'false', '1', '0'),
            concat('deleted is not a boolean: ', quoted(company.deleted)),
        company.updatedAt != '' AND updated IS NULL,
            concat('updatedAt is not an ISO 8601 date-time: ', quoted(company.updatedAt)),
        company.updatedAt != '' AND toYear(updated) NOT BETWEEN 2000 AND 2100,
            concat('updatedAt is not in the years 2000 to 2100: ', quoted(company.updatedAt)),
        id_problem(company.name) != '',
            concat('name ', id_problem(company.name)),
        id_problem(company.industry) != '',
            concat('industry ', id_problem(company.industry)),
        id_problem(company.region) != '',
            concat('region ', id_problem(company.region)),
        company.employees != '' AND toUInt32OrNull(company.employees) IS NULL,
            concat('employees is not a whole number up to 4294967295: ', quoted(company.employees)),
        company.deleted NOT IN ('true', '1')
            AND concat(company.name, company.industry, company.region, company.employees) = '',
            'name, industry, region and employees are missing',
        '') AS reason,
    company.name AS name,
    company.industry AS industry,
    company.region AS region,
    toUInt32OrZero(company.employees) AS employees,
    csr_size_band(employees) AS size_band,
    ifNull(updated, toDateTime64(received_at, 6, 'UTC')) AS updated_at,
    company.deleted IN ('true', '1') AS deleted
FROM extracted;

-- migrate:down
DROP VIEW csr_companies_parsed_mv;
