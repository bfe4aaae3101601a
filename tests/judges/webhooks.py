"""Whether webhooks are signed as Standard Webhooks asks: shared keys by the package of that project, pairs, which it does not know, by
the steps of its specification over the cryptography package.

In: a list of {"key", "headers", "body"}, the key whsec_… or whpk_…. Out: a list of "good", or why not.
"""

import base64
import json
import sys

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from standardwebhooks import Webhook


def judge(hook):
    try:
        if hook["key"].startswith("whpk_"):
            judge_pair(hook)
        else:
            Webhook(hook["key"]).verify(hook["body"], hook["headers"])
        return "good"
    except Exception as error:  # whatever it is, it is the verdict
        return f"{type(error).__name__}: {error}".rstrip(": ")


def judge_pair(hook):
    headers = hook["headers"]
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(hook["key"].removeprefix("whpk_")))
    signatures = [one.removeprefix("v1a,") for one in headers["webhook-signature"].split(" ") if one.startswith("v1a,")]
    if len(signatures) != 1:
        raise ValueError(f"{len(signatures)} signatures of pairs")
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{hook['body']}"
    key.verify(base64.b64decode(signatures[0], validate=True), signed.encode())


json.dump([judge(hook) for hook in json.load(sys.stdin)], sys.stdout)
