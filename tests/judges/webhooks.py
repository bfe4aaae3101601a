"""Whether webhooks are signed as Standard Webhooks asks, by the package of that project.

In: a list of {"secret", "headers", "body"}. Out: a list of "good", or why not.
"""

import json
import sys

from standardwebhooks import Webhook


def judge(hook):
    try:
        Webhook(hook["secret"]).verify(hook["body"], hook["headers"])
        return "good"
    except Exception as error:  # whatever it is, it is the verdict
        return f"{type(error).__name__}: {error}"


json.dump([judge(hook) for hook in json.load(sys.stdin)], sys.stdout)
