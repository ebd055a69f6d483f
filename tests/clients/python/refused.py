"""What tests say of calls that must be refused."""

import contextlib

import grpc
from agency import Refusal


@contextlib.contextmanager
def refused(test, code, reason):
    """The block must end with this code and reason. Yields a list that then holds the refusal."""
    seen = []
    try:
        yield seen
    except grpc.RpcError as error:
        seen.append(Refusal.of(error))
        test.assertEqual((code, reason), (seen[0].code, seen[0].reason), seen[0])
        return
    test.fail(f"expected {code.name} {reason}, but the call was answered")
