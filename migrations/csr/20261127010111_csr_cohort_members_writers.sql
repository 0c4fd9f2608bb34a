-- migrate:up
-- Only the writing endpoints of the domain `cohorts` may insert here.
ALTER TABLE csr_cohort_members MODIFY COMMENT 'writers: cohorts'

-- migrate:down
ALTER TABLE csr_cohort_members MODIFY COMMENT ''
