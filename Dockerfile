# The gateway, the sink, and the tasks `migrate` and `follow-postgres`, on Deno alone. It runs on a read-only file system; only /tmp is
# written to. What it runs is cached: `deno task` would download what other tasks need.
FROM denoland/deno:2.9.6

WORKDIR /sluice
COPY deno.json deno.lock ./
COPY src src
COPY sql sql
COPY migrations migrations
# everything that is downloaded, is downloaded now
RUN deno cache src/hosts/deno/main.ts src/hosts/deno/sink.ts src/tools/tasks/migrate.ts src/tools/tasks/follow_postgres.ts && deno run -A src/tools/tasks/prefetch.ts \
    && chown -R 1993:1993 "$DENO_DIR"
# the image's user `deno`, by number: Kubernetes cannot tell that a name is not root's
USER 1993

ENV HOST=0.0.0.0 PORT=8787 DENO_NO_UPDATE_CHECK=1
EXPOSE 8787
HEALTHCHECK --interval=5s --timeout=3s --start-period=10s \
    CMD ["deno", "eval", "Deno.exit((await fetch(`http://127.0.0.1:${Deno.env.get('PORT')}/health/live`)).ok ? 0 : 1)"]
CMD ["run", "-A", "--cached-only", "src/hosts/deno/main.ts"]
