/*---
summary: {{summary}}
description: {{description}}
{{header}}
---*/
SELECT
    {{columns}}
FROM {{stream}} FINAL
WHERE {{conditions}}
{{grouping}}
