-- Hands rows of a file to a stream: those sent with the statement, read with a structure and made JSON by an expression.
INSERT INTO stream_landing (tenant_id, request_id, source, line_number, fault, line)
SELECT
    {tenantId:String},
    {backfill:UUID},
    'backfill',
    toUInt32({firstLine:UInt32} + rowNumberInAllBlocks()),
    '',
    line_of_row
FROM input('structure')
