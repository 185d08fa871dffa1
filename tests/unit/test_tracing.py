"""A function sends traces to X-Ray, which are read here from the datagrams for its daemon."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

TRACED = """
from courtside import telemetry
from tests.fakes.written_lines import Invocation

@telemetry.instrumented
def handler(event, context):
    if event["training_id"] == "fails":
        raise ValueError("as asked for")
    return {"token": "only-for-the-caller"}

handler({"training_id": "drift-v3"}, Invocation())
try:
    handler({"training_id": "fails"}, Invocation())
except ValueError:
    pass
"""


def test_a_trace_contains_the_id_but_not_the_answer() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as daemon:
        daemon.bind(("127.0.0.1", 0))
        daemon.settimeout(5)
        environment = os.environ | {
            "AWS_XRAY_DAEMON_ADDRESS": f"127.0.0.1:{daemon.getsockname()[1]}",
            "COURTSIDE_STAGE": "dev",
            "LAMBDA_TASK_ROOT": str(Path(__file__).parents[2]),
            "POWERTOOLS_SERVICE_NAME": "lock",
            "_X_AMZN_TRACE_ID": "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1",
        }
        subprocess.run([sys.executable, "-c", TRACED], env=environment, check=True, timeout=300, capture_output=True)
        sent = [daemon.recv(65536).decode() for _ in range(2)]
    done, failed = (json.loads(each.partition("\n")[2]) for each in sent)
    assert (done["trace_id"], done["parent_id"]) == ("1-5759e988-bd862e3fe1be46a994272793", "53995c3f42cd8ad8")
    assert done["annotations"] == {"correlation_id": "drift-v3", "ColdStart": True, "Service": "lock"}
    assert "only-for-the-caller" not in sent[0]
    assert (failed["annotations"]["correlation_id"], failed["fault"]) == ("fails", True)
    assert failed["cause"]["exceptions"][0]["message"] == "as asked for"


def test_the_tracer_imports_no_library_in_order_to_patch_it() -> None:
    program = "import sys, lambdas.lock.handler; print(*sys.modules)"
    environment = os.environ | {"LAMBDA_TASK_ROOT": str(Path(__file__).parents[2])}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, check=True, timeout=300, capture_output=True, text=True
    )
    loaded = set(done.stdout.split())
    assert "aws_xray_sdk.core" in loaded
    assert not loaded & {"requests", "httpx", "sqlalchemy", "psycopg2", "mlflow", "pandas", "scipy"}
