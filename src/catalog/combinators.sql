-- What follows an aggregate function's name and changes how it aggregates, such as the If of sumIf.
SELECT name
FROM system.aggregate_function_combinators
