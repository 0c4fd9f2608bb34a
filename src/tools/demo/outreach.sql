-- Some days of demo traffic for three tenants, as the lines their producers would have sent.
--
-- {day}    the first UTC day whose sends, runs, enrolments and contacts are made. What follows from them (an open
--          the next morning, the last step of a sequence two weeks on) comes with them: each day stands alone.
-- {days}   how many days. Most of a short call is spent on analysing this statement: ask for a week, not a day.
-- {until}  nothing after this instant is written: the newest day must not reach into the future.
--
-- Each day is a pure function of its date: chance is a hash, the calendar is absolute (campaigns are counted from
-- `epoch`, never from "today"). So a day has the same events, with the same ids, whenever, however often and with
-- whatever other days it is loaded.
--
-- Times are Int64 milliseconds since 1970 until the last step: they are only added and compared.
INSERT INTO outreach_landing (tenant_id, request_id, line_number, source, fault, line)
WITH
    86400000 AS day_ms,
    3600000 AS hour_ms,
    toInt32(toDate('2024-01-01')) AS epoch,

    -- A number in [0, 1) that depends on nothing but a thing's key and what the number is for.
    (key, purpose) -> sipHash64(key, purpose) / 18446744073709551616. AS chance,

    -- The shape of a version 4 UUID, from 128 bits of hash.
    hash -> concat(
        substring(lower(hex(hash)), 1, 8), '-',
        substring(lower(hex(hash)), 9, 4), '-4',
        substring(lower(hex(hash)), 14, 3), '-a',
        substring(lower(hex(hash)), 18, 3), '-',
        substring(lower(hex(hash)), 21, 12)
    ) AS uuid,

    -- The daily rhythm: hour h stands in `hours` as often as its share of a day's traffic.
    [1, 1, 1, 1, 1, 1, 2, 4, 6, 9, 10, 8, 5, 5, 5, 6, 6, 9, 8, 6, 4, 3, 2, 1] AS hour_shares,
    arrayFlatten(arrayMap((share, hour) -> arrayWithConstant(share, hour), hour_shares, range(24))) AS hours,
    arrayFilter(hour -> hour BETWEEN 7 AND 20, hours) AS campaign_hours,
    (key, choices) -> toInt64(
        (choices[1 + sipHash64(key, 'hour') % length(choices)] + chance(key, 'minute')) * hour_ms
    ) AS time_of_day,

    -- The weekly rhythm, Monday first, of mean 1.
    [1.15, 1.25, 1.25, 1.2, 1.05, 0.65, 0.45] AS weekdays,

    -- Volumes are what an average day brings; delivery and engagement multiply the channels' rates. A campaign
    -- starts every campaign_gap days. The first receipt_count templates answer what a customer did (an order, a
    -- sign-in): no campaign or sequence sends them.
    tenants AS (
        SELECT
            tenant, delivery, engagement, pool, new_contacts, contact_changes,
            campaign_volume, campaign_gap, campaign_days, run_volume, enrolment_volume, receipt_volume,
            receipt_count, template_count, campaign_names, workflow_names, sequence_names
        FROM values(
            'tenant String, delivery Float64, engagement Float64,
             pool UInt32, new_contacts UInt32, contact_changes UInt32,
             campaign_volume Float64, campaign_gap Float64, campaign_days UInt8,
             run_volume Float64, enrolment_volume Float64, receipt_volume Float64,
             receipt_count UInt8, template_count UInt8,
             campaign_names Array(String), workflow_names Array(String), sequence_names Array(String)',
            ('acme', 1.0, 1.0,
             20000, 60, 210,
             1300, 2.25, 5,
             260, 62, 290,
             3, 20,
             ['Product Spotlight', 'Cart Reminder', 'Weekend Flash Sale', 'Loyalty Bonus', 'New Arrivals',
              'Customer Stories', 'Für Sie ausgewählt', 'Win Back', 'Free Shipping Week', 'Insider Preview',
              'Season Launch', 'Bundle & Save', 'Survey: "How are we doing?"', 'Last Chance'],
             ['Welcome Series', 'Abandoned Cart', 'Post-Purchase Care', 'Birthday Treat', 'Back in Stock',
              'Price Drop Alert', 'Review Request', 'Lapsed Customer'],
             ['Enterprise Outbound', 'Trial to Paid', 'Partner Outreach', 'Renewal Countdown', 'Webinar Follow-up',
              'Dormant Accounts']),
            ('globex', 1.01, 1.2,
             6000, 20, 65,
             400, 4, 8,
             80, 20, 90,
             2, 12,
             ['Quarterly Briefing', 'Sicherheitswoche', 'Feature Friday', 'Grüße aus Köln', 'Expert Webinar',
              'Upgrade Offer', 'Case Study', 'Beta Invitation', 'Roadmap Preview'],
             ['Onboarding', 'Trial Expiry', 'Feature Adoption', 'Rechnung überfällig', 'NPS Follow-up',
              'Churn Rescue'],
             ['DACH Outbound', 'Demo Follow-up', 'Conference Leads', 'Cross-sell Analytics']),
            ('initech', 0.955, 0.75,
             2000, 7, 22,
             145, 7.5, 10,
             29, 8, 30,
             2, 8,
             ['Monthly Digest', 'Printer Trade-in', '新品上市', 'Support Plan Offer', 'Office Refresh',
              'Refer a Colleague'],
             ['Ticket Follow-up', 'New Account Setup', 'Contract Renewal', 'Toner Running Low'],
             ['Cold Leads', 'Reseller Intro', 'Lost Deals'])
        )
    ),

    -- Appeal multiplies the channel's rates: it is what makes a best and a worst template.
    templates AS (
        SELECT tenant, template, channel, name, appeal
        FROM values(
            'tenant String, template UInt8, channel String, name String, appeal Float64',
            ('acme', 0, 'email', 'Order Confirmation', 1.7),
            ('acme', 1, 'sms', 'Delivery Today', 1.9),
            ('acme', 2, 'push', 'Order Shipped', 1.8),
            ('acme', 3, 'email', 'Hero Product', 1.15),
            ('acme', 4, 'email', 'Cart: You Forgot Something', 1.45),
            ('acme', 5, 'email', 'Plain Newsletter', 0.7),
            ('acme', 6, 'email', 'Frühlingsaktion −20 %', 1.05),
            ('acme', 7, 'email', 'Founder''s Letter', 0.85),
            ('acme', 8, 'email', 'Product Grid', 0.55),
            ('acme', 9, 'email', 'Countdown Timer', 1.25),
            ('acme', 10, 'email', 'Customer Survey', 0.4),
            ('acme', 11, 'email', 'Personal Recommendation', 1.35),
            ('acme', 12, 'sms', 'Flash Sale Code', 1.1),
            ('acme', 13, 'sms', 'Points Balance', 0.8),
            ('acme', 14, 'sms', 'Store Opening', 0.5),
            ('acme', 15, 'whatsapp', 'Style Advisor', 1.1),
            ('acme', 16, 'whatsapp', 'Back in Stock', 1.2),
            ('acme', 17, 'push', 'Price Drop', 1.3),
            ('acme', 18, 'push', 'Daily Deal', 0.6),
            ('acme', 19, 'email', 'VIP Invitation 🎉', 1.5),
            ('globex', 0, 'email', 'Invoice Ready', 1.6),
            ('globex', 1, 'sms', 'Sign-in Code', 2.1),
            ('globex', 2, 'email', 'Release Notes', 0.95),
            ('globex', 3, 'email', 'Webinar Invitation', 1.1),
            ('globex', 4, 'email', 'Kundengeschichte', 0.75),
            ('globex', 5, 'email', 'Upgrade Comparison', 0.6),
            ('globex', 6, 'email', 'Note from Your Account Manager', 1.4),
            ('globex', 7, 'email', 'Benchmark Report', 1.2),
            ('globex', 8, 'sms', 'Event Reminder', 1.3),
            ('globex', 9, 'whatsapp', 'Chat with an Expert', 0.9),
            ('globex', 10, 'push', 'Usage Alert', 1.5),
            ('globex', 11, 'push', 'Tip of the Week', 0.5),
            ('initech', 0, 'email', 'Ticket Received', 1.8),
            ('initech', 1, 'sms', 'Engineer on the Way', 2.0),
            ('initech', 2, 'email', 'Monthly Digest', 0.6),
            ('initech', 3, 'email', 'Renewal Quote', 1.3),
            ('initech', 4, 'email', '春节问候', 1.5),
            ('initech', 5, 'email', 'Cold Introduction', 0.35),
            ('initech', 6, 'whatsapp', 'Service Check-in', 1.0),
            ('initech', 7, 'push', 'Toner Offer', 0.8)
        )
    ),

    -- delivered of sent, opened of delivered, clicked of opened, complained and unsubscribed of opened.
    channels AS (
        SELECT channel, delivery_rate, open_rate, click_rate, complaint_rate, unsubscribe_rate
        FROM values(
            'channel String, delivery_rate Float64, open_rate Float64, click_rate Float64,
             complaint_rate Float64, unsubscribe_rate Float64',
            ('email', 0.97, 0.31, 0.15, 0.002, 0.008),
            ('sms', 0.96, 0.19, 0.45, 0.003, 0.012),
            ('whatsapp', 0.95, 0.62, 0.2, 0.004, 0.006),
            ('push', 0.91, 0.13, 0.5, 0.0005, 0.004)
        )
    ),

    rated_templates AS (
        SELECT
            t.tenant AS tenant, t.template AS template, t.name AS name, t.channel AS channel,
            c.delivery_rate AS delivery_rate, t.appeal * c.open_rate AS open_rate, t.appeal * c.click_rate AS click_rate,
            c.complaint_rate AS complaint_rate, c.unsubscribe_rate AS unsubscribe_rate
        FROM templates AS t
        INNER JOIN channels AS c ON c.channel = t.channel
    ),

    -- What is particular to a tenant on a day. Contacts are numbered in order of creation and the newest `pool`
    -- of them are written to, so nobody gets a message before being created. Activity is the weekly rhythm, a growth
    -- that never runs away (it climbs through each year and falls back with January's slump) and some chance.
    tenant_days AS (
        SELECT
            tenant, pool, new_contacts, contact_changes,
            campaign_volume, campaign_gap, campaign_days, run_volume, enrolment_volume, receipt_volume,
            receipt_count, template_count, campaign_names, workflow_names, sequence_names,
            {day:Date} + day_offset AS day,
            toInt32(day) - epoch AS today,
            toInt64(toInt32(day)) * day_ms AS midnight,
            100000 + toInt64(new_contacts) * today AS contacts,
            weekdays[toDayOfWeek(day)]
                * (0.92 + 0.16 * toDayOfYear(day) / 366)
                * (0.94 + 0.12 * chance(sipHash64(tenant, today), 'activity')) AS activity
        FROM tenants
        ARRAY JOIN range({days:UInt8}) AS day_offset
    ),

    -- Campaign n of a tenant begins n gaps after the epoch and lasts campaign_days to twice that.
    campaigns_under_way AS (
        SELECT
            tenant, today, midnight, number, pool, contacts, activity, campaign_volume, campaign_gap,
            sipHash64('campaign', tenant, number) AS campaign_key,
            toInt32(floor(number * campaign_gap)) AS begins,
            toInt64(campaign_key % hour_ms) AS minutes,
            campaign_days + campaign_key % (campaign_days + 1) AS length,
            today - begins AS age,
            concat('cmp_', tenant, '_', toString(number)) AS id,
            concat(
                campaign_names[1 + positiveModulo(number, length(campaign_names))],
                formatDateTime(toDate32(epoch + begins), ' %Y-%m')
            ) AS name,
            toUInt8(receipt_count + sipHash64(campaign_key, 'template') % (template_count - receipt_count)) AS template
        FROM tenant_days
        ARRAY JOIN range(
            toInt32(floor((today - 2 * campaign_days) / campaign_gap)),
            toInt32(floor(today / campaign_gap)) + 2
        ) AS number
        WHERE age >= 0 AND age < length
    ),

    campaign_events AS (
        SELECT
            c.tenant AS tenant, event_type, 'campaign' AS entity_type, c.id AS entity_id,
            t.channel AS channel, '' AS contact_id,
            concat('usr_', c.tenant, '_', toString(1 + c.campaign_key % 5)) AS user_id,
            'campaign' AS source_type, c.id AS source_id, '' AS template_id,
            concat('{"name":', toJSONString(c.name), '}') AS metadata, occurred
        FROM campaigns_under_way AS c
        INNER JOIN templates AS t ON t.tenant = c.tenant AND t.template = c.template
        -- Just before the first and just after the last of campaign_hours.
        ARRAY JOIN
            ['campaign_started', 'campaign_completed'] AS event_type,
            [c.age = 0, c.age = c.length - 1] AS happened,
            [c.midnight + 6 * hour_ms + c.minutes, c.midnight + 21 * hour_ms + c.minutes] AS occurred
        WHERE happened
    ),

    -- A campaign sends most on its first day; every eighth is a blast: those are the spikes.
    campaign_sends AS (
        SELECT
            tenant, sipHash64(campaign_key, today, n) AS key, 'campaign' AS source_type, id AS source_id, template,
            contacts - 1 - key % pool AS contact,
            midnight + time_of_day(key, campaign_hours) AS sent,
            0.75 + 0.5 * chance(campaign_key, 'appeal') AS appeal
        FROM (
            SELECT
                tenant, today, midnight, campaign_key, id, template, pool, contacts,
                toUInt32(
                    campaign_volume * campaign_gap * activity
                    * (0.6 + 0.8 * chance(campaign_key, 'audience')) * if(number % 8 = 0, 2.4, 0.8)
                    / (1 + 0.3 * age) / arraySum(past -> 1 / (1 + 0.3 * past), range(length))
                ) AS sends
            FROM campaigns_under_way
        )
        ARRAY JOIN range(sends) AS n
    ),

    -- Squaring the chance makes the first workflow of a tenant its busiest.
    workflow_runs AS (
        SELECT
            tenant, template_count,
            sipHash64('run', tenant, today, n) AS run_key,
            length(workflow_names) AS workflows,
            toUInt8(workflows * pow(chance(run_key, 'workflow'), 2)) AS workflow,
            concat('wf_', tenant, '_', leftPad(toString(workflow + 1), 2, '0')) AS id,
            workflow_names[workflow + 1] AS name,
            sipHash64(id, 'workflow') AS workflow_key,
            concat('run_', lower(hex(run_key))) AS run_id,
            contacts - 1 - run_key % pool AS contact,
            midnight + time_of_day(run_key, hours) AS started,
            started + toInt64((0.2 + 5 * chance(run_key, 'duration')) * hour_ms) AS ended,
            chance(run_key, 'failure') < 0.02 + 0.08 * chance(workflow_key, 'failures') AS failed,
            0.65 + 0.33 * chance(workflow_key, 'completions') AS completion_rate,
            0.08 + 0.4 * chance(workflow_key, 'goals') AS goal_rate,
            chance(run_key, 'completion') < completion_rate * (1 - failed) AS completed,
            chance(run_key, 'goal') < goal_rate * completed AS converted
        FROM tenant_days
        ARRAY JOIN range(toUInt32(run_volume * activity)) AS n
    ),

    workflow_events AS (
        SELECT
            tenant, event_type, 'workflow' AS entity_type, run_id AS entity_id,
            '' AS channel, concat('ct_', toString(contact)) AS contact_id, '' AS user_id,
            'workflow' AS source_type, id AS source_id, '' AS template_id,
            concat('{"name":', toJSONString(name), '}') AS metadata, occurred
        FROM workflow_runs
        ARRAY JOIN
            [
                'workflow_run_started', 'workflow_run_failed', 'workflow_run_completed', 'workflow_goal_reached'
            ] AS event_type,
            [true, failed, completed, converted] AS happened,
            [started, ended, ended, ended + 1 + run_key % hour_ms] AS occurred
        WHERE happened
    ),

    -- A run sends three messages while it goes on. A workflow owns every workflows-th template, so that each
    -- template is in steady use whatever the campaigns choose.
    workflow_sends AS (
        SELECT
            tenant, sipHash64(run_key, n) AS key, 'workflow' AS source_type, id AS source_id,
            range(workflow, template_count, workflows) AS own_templates,
            own_templates[1 + key % length(own_templates)] AS template,
            contact,
            started + intDiv((ended - started) * n, 4) + 900 AS sent,
            1.05 AS appeal
        FROM workflow_runs
        ARRAY JOIN range(3) AS n
    ),

    -- Fewer reach each further step; a reply ends the enrolment.
    sequence_enrolments AS (
        SELECT
            tenant, receipt_count, template_count,
            sipHash64('enrolment', tenant, today, n) AS enrolment_key,
            toUInt8(length(sequence_names) * pow(chance(enrolment_key, 'sequence'), 1.5)) AS sequence,
            concat('seq_', tenant, '_', leftPad(toString(sequence + 1), 2, '0')) AS id,
            sequence_names[sequence + 1] AS name,
            sipHash64(id, 'sequence') AS sequence_key,
            concat('enr_', lower(hex(enrolment_key))) AS enrolment_id,
            contacts - 1 - enrolment_key % pool AS contact,
            midnight + time_of_day(enrolment_key, hours) AS enrolled,
            1 + arrayCount(step -> chance(enrolment_key, 'perseverance') < pow(0.84, step), [1, 2, 3, 4]) AS reached,
            chance(enrolment_key, 'reply') < 0.06 + 0.22 * chance(sequence_key, 'replies') AS replied,
            if(replied, 1 + toUInt8(reached * pow(chance(enrolment_key, 'reply step'), 1.5)), reached) AS steps,
            -- The days between steps grow: 0, 2, 5, 9, 14.
            arrayMap(
                step -> enrolled + [0, 2, 5, 9, 14][step] * day_ms
                    + toInt64((0.02 + 3 * chance(sipHash64(enrolment_key, step), 'step')) * hour_ms),
                range(1, steps + 1)
            ) AS step_times
        FROM tenant_days
        ARRAY JOIN range(toUInt32(enrolment_volume * activity)) AS n
    ),

    sequence_events AS (
        SELECT
            tenant, event_type, 'sequence' AS entity_type, enrolment_id AS entity_id,
            '' AS channel, concat('ct_', toString(contact)) AS contact_id,
            concat('usr_', tenant, '_', toString(1 + sequence_key % 5)) AS user_id,
            'sequence' AS source_type, id AS source_id, '' AS template_id,
            concat(
                '{"name":', toJSONString(name),
                if(step = 0, '', concat(',"stepNumber":', toString(step))), '}'
            ) AS metadata,
            occurred
        FROM sequence_enrolments
        ARRAY JOIN
            arrayConcat(
                ['sequence_enrolled'],
                arrayWithConstant(steps, 'sequence_step_executed'),
                [if(replied, 'sequence_replied', if(steps = 5, 'sequence_completed', ''))]
            ) AS event_type,
            arrayConcat([0], arrayEnumerate(step_times), [if(replied, steps, 0)]) AS step,
            -- An answer comes within a day or so, an end a day after the last step.
            arrayConcat(
                [enrolled], step_times,
                [step_times[-1] + if(replied, 1 + enrolment_key % (30 * hour_ms), day_ms)]
            ) AS occurred
        WHERE event_type != ''
    ),

    -- A step of a sequence has its own template and sends one message.
    sequence_sends AS (
        SELECT
            tenant, sipHash64(enrolment_key, step) AS key, 'sequence' AS source_type, id AS source_id,
            toUInt8(receipt_count + sipHash64(id, step) % (template_count - receipt_count)) AS template,
            contact, sent + 900 AS sent,
            1.15 - 0.08 * step AS appeal
        FROM sequence_enrolments
        ARRAY JOIN step_times AS sent, arrayEnumerate(step_times) AS step
    ),

    receipt_sends AS (
        SELECT
            tenant, sipHash64('receipt', tenant, today, n) AS key, 'api' AS source_type, '' AS source_id,
            toUInt8(sipHash64(key, 'template') % receipt_count) AS template,
            contacts - 1 - key % pool AS contact,
            midnight + time_of_day(key, hours) AS sent,
            1.2 AS appeal
        FROM tenant_days
        ARRAY JOIN range(toUInt32(receipt_volume * activity)) AS n
    ),

    sends AS (
        SELECT tenant, key, source_type, source_id, template, contact, sent, appeal FROM campaign_sends
        UNION ALL
        SELECT tenant, key, source_type, source_id, template, contact, sent, appeal FROM workflow_sends
        UNION ALL
        SELECT tenant, key, source_type, source_id, template, contact, sent, appeal FROM sequence_sends
        UNION ALL
        SELECT tenant, key, source_type, source_id, template, contact, sent, appeal FROM receipt_sends
    ),

    -- What became of each message, in three steps: only what is delivered can be opened, only what is opened
    -- clicked, and each comes after the other, so `until` never leaves an effect without its cause.
    -- A rate is multiplied by the condition (opened * click_rate) where AND would read better: the analyzer's
    -- LogicalExpressionOptimizer took 40 ms over these chains.
    deliveries AS (
        SELECT
            s.tenant AS tenant, s.key AS key, s.source_type AS source_type, s.source_id AS source_id,
            s.template AS template, t.name AS name, t.channel AS channel, s.contact AS contact, s.sent AS sent,
            t.open_rate * s.appeal * d.engagement AS open_rate,
            t.click_rate * s.appeal * d.engagement AS click_rate,
            t.complaint_rate / d.engagement AS complaint_rate,
            t.unsubscribe_rate / d.engagement AS unsubscribe_rate,
            chance(s.key, 'delivered') < t.delivery_rate * d.delivery AS delivered,
            s.sent + 800 + toInt64(9000 * pow(chance(s.key, 'transit'), 3)) AS delivered_at
        FROM sends AS s
        INNER JOIN rated_templates AS t ON t.tenant = s.tenant AND t.template = s.template
        INNER JOIN tenants AS d ON d.tenant = s.tenant
    ),

    opens AS (
        SELECT
            tenant, key, source_type, source_id, template, name, channel, contact, sent,
            click_rate, complaint_rate, unsubscribe_rate, delivered, delivered_at,
            chance(key, 'bounced') < 0.85 * (1 - delivered) AS bounced,
            chance(key, 'opened') < delivered * least(0.95, open_rate) AS opened,
            -- Half within a little over two hours, the last after a day and a half.
            delivered_at + 4000 + toInt64(36 * hour_ms * pow(chance(key, 'patience'), 4)) AS opened_at
        FROM deliveries
    ),

    messages AS (
        SELECT
            tenant, key, source_type, source_id, template, name, channel, contact, sent,
            delivered, delivered_at, bounced, opened, opened_at,
            chance(key, 'reopened') < opened * 0.15 AS reopened,
            chance(key, 'clicked') < opened * least(0.9, click_rate) AS clicked,
            chance(key, 'complained') < opened * complaint_rate AS complained,
            chance(key, 'unsubscribed') < opened * unsubscribe_rate AS unsubscribed,
            opened_at + 1 + toInt64(20 * hour_ms * chance(key, 'return')) AS reopened_at,
            opened_at + 3000 + toInt64(120000 * chance(key, 'reading')) AS clicked_at
        FROM opens
    ),

    message_events AS (
        SELECT
            tenant, event_type, 'message' AS entity_type,
            concat('msg_', lower(hex(key))) AS entity_id,
            channel, concat('ct_', toString(contact)) AS contact_id, '' AS user_id,
            source_type, source_id,
            concat('tpl_', tenant, '_', leftPad(toString(template + 1), 2, '0')) AS template_id,
            multiIf(
                event_type = 'message_sent', concat('{"name":', toJSONString(name), '}'),
                event_type = 'message_clicked', concat('{"link":', toString(1 + key % 4), '}'),
                event_type = 'message_bounced', if(key % 3 = 0, '{"bounce":"hard"}', '{"bounce":"soft"}'),
                '{}'
            ) AS metadata,
            occurred
        FROM messages
        ARRAY JOIN
            [
                'message_sent', 'message_delivered', 'message_bounced', 'message_opened', 'message_opened',
                'message_clicked', 'message_complained', 'message_unsubscribed'
            ] AS event_type,
            [true, delivered, bounced, opened, reopened, clicked, complained, unsubscribed] AS happened,
            [
                sent, delivered_at, delivered_at, opened_at, reopened_at,
                clicked_at, clicked_at + 1000, clicked_at + 2000
            ] AS occurred
        WHERE happened
    ),

    contact_events AS (
        SELECT
            tenant, if(is_new, 'contact_created', 'contact_updated') AS event_type, 'contact' AS entity_type,
            concat('ct_', toString(if(is_new, contacts + n, contacts - 1 - key % pool))) AS entity_id,
            '' AS channel, entity_id AS contact_id, '' AS user_id,
            ['api', 'form', 'import'][1 + key % 3] AS source_type, '' AS source_id, '' AS template_id,
            '{}' AS metadata,
            midnight + time_of_day(key, hours) AS occurred,
            n < new_contacts AS is_new,
            sipHash64('contact', tenant, today, n) AS key
        FROM tenant_days
        ARRAY JOIN range(new_contacts + toUInt32(contact_changes * activity)) AS n
    ),

    events AS (
        SELECT
            tenant, event_type, entity_type, entity_id, channel, contact_id, user_id,
            source_type, source_id, template_id, metadata, occurred
        FROM message_events
        UNION ALL
        SELECT
            tenant, event_type, entity_type, entity_id, channel, contact_id, user_id,
            source_type, source_id, template_id, metadata, occurred
        FROM campaign_events
        UNION ALL
        SELECT
            tenant, event_type, entity_type, entity_id, channel, contact_id, user_id,
            source_type, source_id, template_id, metadata, occurred
        FROM workflow_events
        UNION ALL
        SELECT
            tenant, event_type, entity_type, entity_id, channel, contact_id, user_id,
            source_type, source_id, template_id, metadata, occurred
        FROM sequence_events
        UNION ALL
        SELECT
            tenant, event_type, entity_type, entity_id, channel, contact_id, user_id,
            source_type, source_id, template_id, metadata, occurred
        FROM contact_events
    ),

    -- Names, the one free text, were escaped by toJSONString; all else is made of plain letters above. A producer
    -- leaves out a field that does not apply.
    lines AS (
        SELECT
            tenant, occurred,
            sipHash128(tenant, event_type, entity_id, occurred) AS event_key,
            concat(
                '{"id":"', uuid(event_key),
                '","eventType":"', event_type,
                '","entityType":"', entity_type,
                '","entityId":"', entity_id,
                if(channel = '', '', concat('","channel":"', channel)),
                if(contact_id = '', '', concat('","contactId":"', contact_id)),
                if(user_id = '', '', concat('","userId":"', user_id)),
                '","sourceType":"', source_type,
                if(source_id = '', '', concat('","sourceId":"', source_id)),
                if(template_id = '', '', concat('","templateId":"', template_id)),
                '","metadata":', metadata,
                ',"occurredAt":"', replaceOne(toString(fromUnixTimestamp64Milli(occurred, 'UTC')), ' ', 'T'), 'Z"}'
            ) AS line
        FROM events
        WHERE occurred <= toUnixTimestamp64Milli({until:DateTime64(3, 'UTC')})
    )
SELECT
    tenant AS tenant_id,
    toUUID(uuid(sipHash128('request', {day:Date}, {days:UInt8}))) AS request_id,
    toUInt32(row_number() OVER (ORDER BY occurred, event_key)) AS line_number,
    'demo' AS source,
    '' AS fault,
    line
FROM lines
