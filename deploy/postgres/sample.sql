-- Sample rows of three companies, which are the demo's tenants: 30 users, 2 programmes and 600 scores each.
INSERT INTO companies (id, name, industry, region, employees)
VALUES
    ('acme', 'Acme', 'manufacturing', 'eu', 4200),
    ('globex', 'Globex', 'technology', 'us', 800),
    ('initech', 'Initech', 'technology', 'eu', 60);

INSERT INTO programs (id, company_id, name)
SELECT company.id || '-' || kind, company.id, initcap(kind)
FROM companies AS company, unnest(ARRAY['mentoring', 'languages']) AS kind;

INSERT INTO users (id, company_id, email)
SELECT md5(company.id || n)::uuid, company.id, 'user' || n || '@' || company.id || '.example'
FROM companies AS company, generate_series(1, 30) AS n;

INSERT INTO program_enrollments (user_id, company_id, program_id, enrolled_at, matched_at, completed_at)
SELECT
    id,
    company_id,
    company_id || '-mentoring',
    now() - interval '60 days',
    CASE WHEN n <= 20 THEN now() - interval '50 days' END,
    CASE WHEN n <= 10 THEN now() - interval '20 days' END
FROM (SELECT *, row_number() OVER (PARTITION BY company_id ORDER BY id) AS n FROM users) AS numbered;

INSERT INTO outcome_scores
    (user_id, company_id, program_id, location, demographic, dimension, text_type, score, created_at)
SELECT
    users.id,
    users.company_id,
    users.company_id || CASE WHEN n % 2 = 0 THEN '-mentoring' ELSE '-languages' END,
    (ARRAY['berlin', 'madrid', 'austin'])[1 + n % 3],
    (ARRAY['18-24', '25-34', '35-44'])[1 + n % 3],
    (ARRAY['confidence', 'belonging', 'lang_level_proxy', 'job_readiness', 'well_being'])[1 + n % 5],
    'checkin',
    round((0.3 + 0.02 * n + 0.1 * random())::numeric, 4),
    now() - n * interval '4 days'
FROM users, generate_series(1, 20) AS n;

INSERT INTO cohorts (id, company_id, name, description)
SELECT md5(id || 'cohort')::uuid, id, 'Pilot', 'The first to take part'
FROM companies;

INSERT INTO user_cohorts (cohort_id, user_id)
SELECT md5(company_id || 'cohort')::uuid, id
FROM (SELECT *, row_number() OVER (PARTITION BY company_id ORDER BY id) AS n FROM users) AS numbered
WHERE n <= 15;
