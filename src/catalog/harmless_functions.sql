-- Functions that a query may call: their value depends on their arguments alone, and they do nothing but make one. What the
-- engine knows to be deterministic, of the categories in which nothing reaches beyond its arguments; those that aggregate;
-- and what is known one by one of the categories that hold all sorts. What a later release adds elsewhere is not among them.
-- Not here on purpose: indexHint and lowCardinalityKeys, which show what other rows of a part or block hold.
WITH
    -- an alias does what its original does
    originals AS (SELECT name AS original, categories, deterministic FROM system.functions WHERE origin = 'System')
SELECT
    functions.name AS name,
    functions.case_insensitive = 1 AS anyCase,
    functions.is_aggregate = 1 AS aggregates
FROM system.functions AS functions
INNER JOIN originals ON originals.original = if(functions.alias_to = '', functions.name, functions.alias_to)
WHERE functions.origin = 'System'
    AND
    (
        (functions.is_aggregate AND originals.original NOT IN ('aggThrow', 'flameGraph'))
        OR
        (
            ifNull(originals.deterministic, 0)
            AND originals.categories IN (
                'Arithmetic', 'Arrays', 'Bit', 'Bitmap', 'Comparison', 'Conditional', 'Dates and Times', 'Distance',
                'Encoding', 'Encryption', 'Financial', 'Geo', 'Geo Polygon', 'Hash', 'IP Address', 'JSON', 'Logical',
                'Map', 'Mathematical', 'Null', 'NumericIndexedVector', 'Rounding', 'String', 'String Replacement',
                'String Search', 'String Splitting', 'Time Window', 'Tuple', 'Type Conversion', 'URL', 'UUID')
        )
        OR originals.original IN (
            'arrayJoin', 'bar', 'byteSize', 'caseWithExpression', 'countDigits', 'defaultValueOfArgumentType',
            'defaultValueOfTypeName', 'digits', 'finalizeAggregation', 'formatReadableDecimalSize',
            'formatReadableQuantity', 'formatReadableSize', 'formatReadableTimeDelta', 'getSubcolumn', 'identity',
            'ignore', 'isDecimalOverflow', 'materialize', 'minSampleSizeContinuous', 'minSampleSizeConversion', 'nested',
            'parseReadableSize', 'parseReadableSizeOrNull', 'parseReadableSizeOrZero', 'parseTimeDelta',
            'seriesDecomposeSTL', 'seriesOutliersDetectTukey', 'throwIf', 'timeSeriesFromGrid', 'timeSeriesRange',
            'toTypeName', 'transform', 'variantElement', 'variantType', 'visibleWidth')
    )
UNION ALL
-- what follows an aggregate function's name and changes how it aggregates
SELECT
    concat('-', name),
    false,
    false
FROM system.aggregate_function_combinators
