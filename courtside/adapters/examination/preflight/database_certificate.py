"""Whether the images know the authority that signs the database's certificate in this region."""

import ssl
from collections.abc import Iterator

from courtside.adapters.examination.preflight import Examination, Plan
from courtside.core.findings import Finding, broken, doubtful, fine

_CHECK = "database certificate"
AUTHORITIES = "images/rds-ca.pem"


def _look(plan: Plan) -> Iterator[Finding]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(plan.root / AUTHORITIES)
    except (OSError, ssl.SSLError) as error:
        yield doubtful(_CHECK, f"{AUTHORITIES} cannot be read ({error})", "run it in a clone of the project")
        return
    # A subject is nested tuples of names and values.
    subjects = [str(each["subject"]) for each in context.get_ca_certs()]
    if any(f"'Amazon RDS {plan.region} Root CA " in subject for subject in subjects):
        yield fine(_CHECK, f"the authorities of {plan.region} are in the images")
    else:
        bundle = f"https://truststore.pki.rds.amazonaws.com/{plan.region}/{plan.region}-bundle.pem"
        said = f"the images know no authority of {plan.region}, so no login to the database would succeed"
        yield broken(_CHECK, said, f"append {bundle} to {AUTHORITIES}")


EXAMINATION = Examination(check=_CHECK, look=_look)
