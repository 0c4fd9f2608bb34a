-- migrate:up
-- Within a stage and day, rows lie by id, so their instants come in no order, of which Delta makes nothing smaller; and ZSTD
-- took a tenth of a funnel's time to unpack. LZ4 takes a quarter more room for the column, 3 % more for the table.
ALTER TABLE csr_journey MODIFY COLUMN occurred_at CODEC(LZ4);

-- migrate:down
ALTER TABLE csr_journey MODIFY COLUMN occurred_at CODEC(Delta, ZSTD(1));
