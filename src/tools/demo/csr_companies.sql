-- The demo's companies: the three tenants of the demo, and others that their benchmarks need. The same rows whenever they
-- are loaded.
INSERT INTO csr_companies_landing (tenant_id, request_id, line_number, source, fault, line)
SELECT
    tenant,
    toUUID('00000000-0000-4000-8000-000000000000') AS request_id,
    toUInt32(rowNumberInAllBlocks() + 1) AS line_number,
    'demo' AS source,
    '' AS fault,
    toJSONString(map('name', name, 'industry', industry, 'region', region, 'employees', toString(employees), 'updatedAt', '2024-01-01T00:00:00Z')) AS line
FROM values(
    'tenant String, name String, industry String, region String, employees UInt32',
    ('acme', 'Acme', 'manufacturing', 'Nordics', 1200), ('globex', 'Globex', 'technology', 'DACH', 420),
    ('initech', 'Initech', 'technology', 'DACH', 95), ('hooli', 'Hooli', 'technology', 'DACH', 5200),
    ('umbrella', 'Umbrella', 'manufacturing', 'Nordics', 3100), ('stark', 'Stark', 'manufacturing', 'Nordics', 8400),
    ('wayne', 'Wayne', 'manufacturing', 'Nordics', 640), ('tyrell', 'Tyrell', 'technology', 'DACH', 210),
    ('soylent', 'Soylent', 'manufacturing', 'Nordics', 130), ('cyberdyne', 'Cyberdyne', 'technology', 'DACH', 310),
    ('wonka', 'Wonka', 'manufacturing', 'Nordics', 75), ('aperture', 'Aperture', 'technology', 'DACH', 260),
    ('oscorp', 'Oscorp', 'technology', 'DACH', 1500), ('vandelay', 'Vandelay', 'manufacturing', 'DACH', 40))
