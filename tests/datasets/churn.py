"""A customer churn table with a known cause: short tenure, monthly contracts and support calls make people leave."""

from pathlib import Path

import numpy as np
import pyarrow as pa

from courtside.datasets.catalog import load_dataset

CONTRACT = Path(__file__).with_name("churn.yaml")
DATASET = load_dataset(str(CONTRACT))
PAYMENTS = np.array(["card", "transfer", "cheque"])
DAYS = 720
FIRST = np.datetime64("2022-01-01T00:00:00", "us")


def churn_table(rows: int = 3_000, *, seed: int = 7, charge_shift: float = 0.0) -> pa.Table:
    """Return customers measured over two years, in random order; `charge_shift` raises charges in the last 60 days."""
    rng = np.random.default_rng(seed)
    minute = rng.choice(DAYS * 1440, rows, replace=False)
    monthly = rng.random(rows) < 0.55
    tenure = rng.gamma(2.0, 12.0, rows)
    calls = rng.poisson(1.2, rows)
    charge = 20 + 60 * rng.random(rows) + charge_shift * (minute >= (DAYS - 60) * 1440)
    score = 1.6 * monthly - 0.05 * tenure + 0.5 * calls + 0.01 * charge - 1.2
    used = rng.lognormal(2.0, 0.6, rows)
    contract = np.where(monthly, "monthly", "yearly").astype(object)
    return pa.table(
        {
            "customer_id": pa.array(np.arange(rows), pa.int64()),
            "measured_at": pa.array(FIRST + minute.astype("timedelta64[m]"), pa.timestamp("us")),
            "tenure_months": tenure,
            "monthly_charge": charge,
            "support_calls": pa.array(calls, pa.int32()),
            "data_used_gb": pa.array(used, mask=rng.random(rows) < 0.08),
            "paperless": pa.array(rng.random(rows) < 0.6),
            "senior": pa.array((rng.random(rows) < 0.15).astype(np.int8)),
            "contract": pa.array(contract, pa.string(), mask=rng.random(rows) < 0.03),
            "payment": pa.array(rng.choice(PAYMENTS, rows).astype(object), pa.string()),
            "churned": pa.array(rng.random(rows) < 1 / (1 + np.exp(-score))),
        }
    )
