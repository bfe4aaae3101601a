"""Makes up requests to a running veedor with schemathesis, and judges the answers by the description that it serves itself.

Reads {"base", "case", "source", "delivery", "event", "requests", "seed"} from standard input: where veedor listens, names of things that
are there, so that not every request is about nothing, and how many requests are wanted. Writes how many were made and what failed. It starts
nothing; the watch list is edited by it.

By hand, for longer: echo '{"base": "http://127.0.0.1:8377", "case": "…", "source": "…", "requests": 5000, "seed": 1}' | python api.py
"""

import collections
import json
import sys
import warnings

import hypothesis
import schemathesis
from hypothesis import HealthCheck, Phase, Verbosity
from schemathesis import GenerationMode

warnings.filterwarnings("ignore")

about = json.load(sys.stdin)
# 422 is the answer to what has the form that is described and cannot be meant, such as a tag that no case has. 400 is not.
accepted = {"expected-statuses": ["2xx", "304", "401", "403", "404", "409", "422"]}
config = schemathesis.Config.from_dict({"checks": {"positive_data_acceptance": accepted}})
schema = schemathesis.openapi.from_url(about["base"] + "/api/v1/openapi.json", config=config)
made = collections.Counter()
failures = {}

# What a random name would never hit.
KNOWN = {
    "source": [about["source"], "-"],
    "number": [about["case"]],
    "id": [name for name in (about.get("delivery"), about.get("event")) if name],
    "version": [1],
}


def judge(operation, case):
    """One request and its answer."""
    for name, known in KNOWN.items():
        if case.path_parameters and name in case.path_parameters and made["all"] % 3:
            case.path_parameters[name] = known[made["all"] % len(known)]
    # What takes away the cases that the rest is about is tried on those that are not there.
    if case.method.upper() == "DELETE" and case.path_parameters.get("number") in KNOWN["number"]:
        case.path_parameters["number"] = "17721-2024-99999"
    made["all"] += 1
    answer = case.call(headers={"Origin": about["base"]}, timeout=60)
    made[answer.status_code] += 1
    try:
        case.validate_response(answer)
    except (Exception, BaseExceptionGroup) as error:  # noqa: BLE001: every failure is told
        said = getattr(error, "exceptions", [error])
        for one in said:
            key = f"{operation.label}: {type(one).__name__}"
            failures.setdefault(key, f"{one}"[:1500])


def make_up(operation, mode, most):
    """Requests to one address, well formed or not."""
    settings = hypothesis.settings(
        max_examples=most,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        verbosity=Verbosity.quiet,
        suppress_health_check=list(HealthCheck),
    )

    @hypothesis.seed(about["seed"])
    @settings
    @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
    def run(case):
        judge(operation, case)

    try:
        run()
    except hypothesis.errors.Unsatisfiable:
        # Nothing wrong can be said to an address that takes nothing.
        pass


operations = [result.ok() for result in schema.get_all_operations() if hasattr(result, "ok")]
share = max(4, about["requests"] // max(1, 2 * len(operations)) + 1)
for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
    for operation in operations:
        try:
            make_up(operation, mode, share)
        except Exception as error:  # noqa: BLE001: what cannot be made up is a failure too
            failures[f"{operation.label}: {mode.value} requests"] = f"{type(error).__name__}: {error}"[:500]

json.dump(
    {
        "requests": made.pop("all", 0),
        "answers": {str(status): count for status, count in sorted(made.items(), key=str)},
        "operations": len(operations),
        "failures": [{"at": at, "why": why} for at, why in failures.items()],
    },
    sys.stdout,
)
