-- All functions that the engine has, and whether a query may call them: their value depends on their arguments alone, and they
-- do nothing but make one. That is what the engine knows to be deterministic, of the categories in which nothing reaches
-- beyond its arguments; what aggregates; and what is known one by one of the categories that hold all sorts. What a later
-- release adds elsewhere is refused. Left out on purpose: indexHint and lowCardinalityKeys, which show what other rows of a
-- granule or a part hold, and so byteSize, estimateCompressionRatio and those that tell how a JSON column is stored; formatRow,
-- whose formats can do more than print a row.
WITH
    -- an alias does what its original does
    originals AS
    (
        SELECT
            name AS original,
            categories,
            deterministic
        FROM system.functions
    )
SELECT
    functions.name AS name,
    functions.case_insensitive = 1 AS anyCase,
    functions.is_aggregate = 1 AS aggregates,
    ifNull(originals.deterministic, 1) = 0 AS isImpure,
    if(functions.origin = 'SQLUserDefined', functions.create_query, '') AS createQuery,
    functions.origin = 'System'
        AND
        (
            (aggregates AND original NOT IN ('aggThrow', 'flameGraph', 'estimateCompressionRatio'))
            OR
            (
                ifNull(originals.deterministic, 0) = 1
                AND original NOT IN (
                    'JSONDynamicPaths', 'JSONDynamicPathsWithTypes', 'JSONSharedDataPaths', 'JSONSharedDataPathsWithTypes',
                    'formatRow', 'formatRowNoNewline', 'isDynamicElementInSharedData')
                AND originals.categories IN (
                    'Arithmetic', 'Arrays', 'Bit', 'Bitmap', 'Comparison', 'Conditional', 'Dates and Times', 'Distance',
                    'Encoding', 'Encryption', 'Financial', 'Geo', 'Geo Polygon', 'Hash', 'IP Address', 'JSON', 'Logical',
                    'Map', 'Mathematical', 'Null', 'NumericIndexedVector', 'Rounding', 'String', 'String Replacement',
                    'String Search', 'String Splitting', 'Time Window', 'Tuple', 'Type Conversion', 'URL', 'UUID')
            )
            OR original IN (
                'arrayJoin', 'bar', 'caseWithExpression', 'countDigits', 'defaultValueOfArgumentType',
                'defaultValueOfTypeName', 'digits', 'finalizeAggregation', 'formatReadableDecimalSize',
                'formatReadableQuantity', 'formatReadableSize', 'formatReadableTimeDelta', 'getSubcolumn', 'identity',
                'ignore', 'isDecimalOverflow', 'materialize', 'minSampleSizeContinuous', 'minSampleSizeConversion',
                'nested', 'parseReadableSize', 'parseReadableSizeOrNull', 'parseReadableSizeOrZero', 'parseTimeDelta',
                'seriesDecomposeSTL', 'seriesOutliersDetectTukey', 'throwIf', 'timeSeriesFromGrid', 'timeSeriesRange',
                'toTypeName', 'transform', 'variantElement', 'variantType', 'visibleWidth')
        ) AS isHarmless
FROM system.functions AS functions
INNER JOIN originals ON original = if(functions.alias_to = '', functions.name, functions.alias_to)
