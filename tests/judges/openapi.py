"""Judges the description of the API with openapi-spec-validator: OpenAPI 3.1, and every schema in it.

Reads the document from standard input; writes what is wrong with it.
"""

import json
import sys

from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

document = json.load(sys.stdin)
errors = [f"{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}" for error in OpenAPIV31SpecValidator(document).iter_errors()]
for name, schema in document["components"]["schemas"].items():
    for error in Draft202012Validator(Draft202012Validator.META_SCHEMA).iter_errors(schema):
        errors.append(f"{name}: {error.message[:200]}")
json.dump({"errors": errors}, sys.stdout)
