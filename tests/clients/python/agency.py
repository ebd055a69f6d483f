"""The back-end of an organisation, as small as it can be and still well-mannered: its certificate on every connection, a deadline on every call, the
practitioner on every call, calls tried again where that is safe, and refusals read.

    lambeth = Agency(here, "lambeth")
    try:
        lambeth.people.RegisterPerson(RegisterPersonRequest(…))
    except grpc.RpcError as error:
        Refusal.of(error).reason            # "INVALID_REQUEST"
"""

import collections
import dataclasses
import json

import grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status
from nwd.consent.v1 import access_service_pb2_grpc, consent_service_pb2_grpc, person_service_pb2_grpc, record_service_pb2_grpc
from nwd.directory.v1 import catalogue_service_pb2_grpc, feed_service_pb2_grpc, organisation_service_pb2_grpc
from nwd.referral.v1 import referral_service_pb2_grpc

CALL_S = 20  # for a call that says nothing else
PRACTITIONER = "adviser-7"

# As docs/integrating.md gives it and says why.
SERVICE_CONFIG = {
    "methodConfig": [{
        "name": [{}],
        "waitForReady": True,
        "retryPolicy": {
            "maxAttempts": 5,
            "initialBackoff": "0.1s",
            "maxBackoff": "5s",
            "backoffMultiplier": 4,
            "retryableStatusCodes": ["UNAVAILABLE", "CANCELLED"],
        },
    }]
}


class Agency:
    """One organisation's stubs, one for each RPC service it calls."""

    def __init__(self, here, slug, addresses=None):
        """`addresses` by service, where not the hub's own."""
        identity = here.identity(slug)
        credentials = grpc.ssl_channel_credentials(here.authority.read_bytes(), (identity / "tls.key").read_bytes(), (identity / "tls.crt").read_bytes())
        channels = self.channels = {
            service: grpc.intercept_channel(grpc.secure_channel(address, credentials, _options(service)), _Manners())
            for service, address in (addresses or here.addresses).items()
        }
        self.organisations = organisation_service_pb2_grpc.OrganisationServiceStub(channels["directory"])
        self.catalogue = catalogue_service_pb2_grpc.CatalogueServiceStub(channels["directory"])
        self.feeds = feed_service_pb2_grpc.FeedServiceStub(channels["directory"])
        self.people = person_service_pb2_grpc.PersonServiceStub(channels["consent"])
        self.consents = consent_service_pb2_grpc.ConsentServiceStub(channels["consent"])
        self.access = access_service_pb2_grpc.AccessServiceStub(channels["consent"])
        self.records = record_service_pb2_grpc.RecordServiceStub(channels["consent"])
        self.referrals = referral_service_pb2_grpc.ReferralServiceStub(channels["referral"])

    def close(self):
        """Hangs up; a service that goes down need not wait for this client to notice."""
        for channel in self.channels.values():
            channel.close()


def _options(service):
    return [("grpc.service_config", json.dumps(SERVICE_CONFIG)), ("grpc.ssl_target_name_override", f"nwd-{service}")]


class _Call(collections.namedtuple("_Call", ["method", "timeout", "metadata", "credentials", "wait_for_ready", "compression"]), grpc.ClientCallDetails):
    pass


class _Manners(grpc.UnaryUnaryClientInterceptor, grpc.UnaryStreamClientInterceptor):
    """A deadline, and the practitioner who acts, on every call; metadata that the caller gives replaces the practitioner."""

    def intercept_unary_unary(self, continuation, details, request):
        return continuation(self._mannered(details), request)

    intercept_unary_stream = intercept_unary_unary

    @staticmethod
    def _mannered(details):
        metadata = details.metadata if details.metadata is not None else [("nwd-practitioner", PRACTITIONER)]
        return _Call(details.method, details.timeout or CALL_S, metadata, details.credentials, details.wait_for_ready, details.compression)


@dataclasses.dataclass(frozen=True)
class Refusal:
    """What an error of the hub says, decoded with the messages every gRPC library carries."""

    code: grpc.StatusCode
    message: str
    reason: str  # to switch on; empty where the hub did not speak
    metadata: dict
    violations: dict  # description by field

    @classmethod
    def of(cls, error):
        info, bad = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
        status = rpc_status.from_call(error)
        for detail in status.details if status else []:
            detail.Unpack(info)  # leaves it alone where it is something else
            detail.Unpack(bad)
        if info.reason and info.domain != "nwd":
            raise ValueError(f"expected a reason of nwd, saw one of {info.domain}")
        violations = {violation.field: violation.description for violation in bad.field_violations}
        return cls(error.code(), error.details(), info.reason, dict(info.metadata), violations)
