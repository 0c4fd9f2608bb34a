-- An admin's decision for a tenant.
INSERT INTO streaming_tenants (tenant_id, enabled)
SELECT
    {tenantId:String} AS tenant_id,
    {isEnabled:Bool} AS enabled
