"""Reads exports over HTTP with the libraries that people use for that, and prints what they took them for, as JSON."""

import glob
import json
import os

import duckdb
import duckdb_extension_httpfs
import pandas
import pyarrow.ipc
import urllib.request

url = os.environ["READERS_URL"]
authorization = f"Bearer {os.environ['READERS_TOKEN']}"


def with_duckdb():
    [extension] = glob.glob(f"{duckdb_extension_httpfs.__path__[0]}/**/httpfs.duckdb_extension", recursive=True)
    database = duckdb.connect(config={"allow_unsigned_extensions": "true"})
    database.execute(f"LOAD '{extension}'")
    database.execute("SET TimeZone = 'UTC'")
    database.execute(f"CREATE SECRET (TYPE http, EXTRA_HTTP_HEADERS MAP {{'authorization': '{authorization}'}})")

    def ask(sql):
        return [list(row) for row in database.execute(sql).fetchall()]

    def types(source):
        return {row[0]: row[1] for row in ask(f"DESCRIBE FROM {source}")}

    parquet = {name: f"read_parquet('{url}/v1/readers/{name}?format=parquet')" for name in ["kept", "plain"]}
    csv = {name: f"read_csv('{url}/v1/readers/{name}?format=csv')" for name in ["kept", "plain"]}
    table = f"{url}/v1/readers/object?table=byDay&format="
    return {
        "sums": {
            f"{form}.{name}": ask(f"SELECT count(*), sum(n), count(rate), sum(rate) FROM {source}")[0]
            for form, sources in {"parquet": parquet, "csv": csv}.items()
            for name, source in sources.items()
        },
        "types": {"parquet": types(parquet["kept"]), "csv": types(csv["kept"])},
        "instants": [ask(f"SELECT epoch_ms(max(\"at\")) FROM {source}")[0][0] for source in [parquet["kept"], csv["kept"]]],
        "table": {
            "parquet": ask(f"SELECT day::VARCHAR, sent FROM read_parquet('{table}parquet')"),
            "csv": ask(f"SELECT day::VARCHAR, sent FROM read_csv('{table}csv')"),
        },
        "object": ask(f"SELECT \"summary.sent\", \"summary.rate\" FROM read_csv('{url}/v1/readers/object?format=csv')"),
    }


def with_pandas():
    frame = pandas.read_csv(f"{url}/v1/readers/kept?format=csv", storage_options={"authorization": authorization})
    return {
        "types": {name: str(dtype) for name, dtype in frame.dtypes.items()},
        "rows": len(frame),
        "rate": frame["rate"].sum(),
        "absent": int(frame["rate"].isna().sum()),
        "latest": pandas.to_datetime(frame["at"]).max().isoformat(),
    }


def with_pyarrow():
    request = urllib.request.Request(
        f"{url}/v1/readers/kept?format=arrow", headers={"authorization": authorization}
    )
    with urllib.request.urlopen(request) as response, pyarrow.ipc.open_stream(response) as stream:
        table = stream.read_all()
    return {"rows": table.num_rows, "types": {field.name: str(field.type) for field in table.schema}}


print(json.dumps({"duckdb": with_duckdb(), "pandas": with_pandas(), "pyarrow": with_pyarrow()}))
