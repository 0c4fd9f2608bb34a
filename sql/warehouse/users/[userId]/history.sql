/*---
summary: Versions of a user, with what was bought in each
description: |
  What was known of the user, and from when up to when, the latest first. A version ends where the next begins, or with a
  deletion: after that there is a gap until the user returns. What was bought is found by the time of the sale, so a change dated
  into the past moves it to another version. A user of whom no change has come is a 404.
params:
  userId: { description: The user, example: u1, maxLength: 256 }
page: { size: 100, max: 1000 }
cache: { ttl: 1h, fresh: 10s, stale: 1m }
columns:
  validFrom: When this version began
  validTo: When it ended; it does not hold any more at this instant. Null for the current one
  isCurrent: Whether it holds now
  name: Name
  email: E-mail address
  country: Country
  city: City
  segment: Segment
  orders: Orders while this version held
  tickets: Tickets bought while it held
  spent: "Of each currency, the price of the tickets bought while it held, less discounts and what was given back while it held"
---*/
WITH
    (
        SELECT throwIf(count() = 0, 'not-found: There is no such user')
        FROM warehouse_user_histories
        WHERE tenant_id = {tenantId:String}
            AND user_id = {userId:String}
    ) AS userIsMissing,
    versions AS
    (
        SELECT
            user_id,
            valid_from,
            valid_to,
            is_current,
            name,
            email,
            country,
            city,
            segment
        FROM warehouse_users
        WHERE tenant_id = {tenantId:String}
            AND user_id = {userId:String}
    ),
    sold AS
    (
        SELECT
            user_id,
            occurred_at,
            order_id,
            kind,
            currency,
            quantity,
            gross_minor - discount_minor AS paid_minor
        FROM warehouse_sales FINAL
        WHERE tenant_id = {tenantId:String}
            AND user_id = {userId:String}
    ),
    bought AS
    (
        SELECT
            versions.valid_from AS began_at,
            sold.currency AS currency,
            groupUniqArrayIf(sold.order_id, sold.kind = 'sale') AS orderIds,
            sumIf(sold.quantity, sold.kind = 'sale') AS tickets,
            sum(if(sold.kind = 'sale', sold.paid_minor, -sold.paid_minor)) AS spent
        FROM sold
        ASOF INNER JOIN versions ON versions.user_id = sold.user_id AND versions.valid_from <= sold.occurred_at
        WHERE sold.occurred_at < versions.valid_to
        GROUP BY
            began_at,
            currency
    ),
    purchases AS
    (
        SELECT
            began_at,
            length(arrayDistinct(groupArrayArray(orderIds))) AS orders,
            sum(bought.tickets) AS tickets,
            arraySort(groupArray((toString(currency), spent))) AS spent
        FROM bought
        GROUP BY began_at
    )
SELECT
    versions.valid_from AS validFrom,
    if(versions.is_current, NULL, versions.valid_to) AS validTo,
    versions.is_current AS isCurrent,
    versions.name AS name,
    versions.email AS email,
    versions.country AS country,
    versions.city AS city,
    versions.segment AS segment,
    purchases.orders AS orders,
    purchases.tickets AS tickets,
    CAST(purchases.spent, 'Array(Tuple(currency String, minor Int64))') AS spent
FROM versions
LEFT JOIN purchases ON purchases.began_at = versions.valid_from
WHERE NOT userIsMissing
ORDER BY versions.valid_from DESC
