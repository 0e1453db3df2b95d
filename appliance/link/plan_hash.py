"""The fingerprint of a plan, by which the recorder and the daemon know that they mean the same one."""

from hashlib import sha256

import msgspec

from appliance.link.messages import Plan


def plan_hash(plan: Plan) -> str:
    """SHA-256, in hex, of the plan's canonical JSON: all fields, names sorted, numbers as msgspec writes them.

    A plan that was sent and read again has the same fingerprint.
    """
    read_again = msgspec.convert(msgspec.to_builtins(plan), Plan)  # 15 and 15.0 are one number on the wire
    return sha256(msgspec.json.encode(read_again, order="sorted")).hexdigest()
