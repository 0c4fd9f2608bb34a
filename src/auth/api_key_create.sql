INSERT INTO api_keys (hash, id, tenant_id, name, scopes, created_at, expires_at)
SELECT
    unhex({hash:String}),
    {id:UUID},
    {tenantId:String},
    {name:String},
    {scopes:Array(String)},
    {createdAt:DateTime64(3, 'UTC')},
    {expiresAt:Nullable(DateTime64(3, 'UTC'))}
