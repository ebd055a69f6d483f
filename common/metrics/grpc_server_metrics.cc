#include "common/metrics/grpc_server_metrics.h"

#include <array>
#include <utility>

namespace nwd::metrics {
namespace {

constexpr const char* kTypeNames[] = {"unary", "client_stream", "server_stream", "bidi_stream"};
constexpr int kUnknown = 2;

// As Go prints them: what existing dashboards match on.
constexpr std::array<const char*, kGrpcCodes> kCodeNames = {
    "OK",       "Canceled",       "Unknown",          "InvalidArgument",   "DeadlineExceeded",
    "NotFound", "AlreadyExists",  "PermissionDenied", "ResourceExhausted", "FailedPrecondition",
    "Aborted",  "OutOfRange",     "Unimplemented",    "Internal",          "Unavailable",
    "DataLoss", "Unauthenticated"};

Labels WithCode(Labels labels, int code) {
  labels.emplace_back("grpc_code", kCodeNames[code]);
  return labels;
}

}  // namespace

GrpcServerMetrics::GrpcServerMetrics(Registry& registry)
    : started_(registry.AddCounter("grpc_server_started_total", "Calls started on the server.")),
      handled_(registry.AddCounter("grpc_server_handled_total", "Calls finished on the server, by code.")),
      received_(registry.AddCounter("grpc_server_msg_received_total", "Messages received by the server.")),
      sent_(registry.AddCounter("grpc_server_msg_sent_total", "Messages sent by the server.")),
      seconds_(
          registry.AddHistogram("grpc_server_handling_seconds", "Time from start to finish of a call, in seconds.")) {}

GrpcServerMetrics::~GrpcServerMetrics() = default;

GrpcServerMetrics::Method& GrpcServerMetrics::Add(std::string_view service, std::string_view method, RpcType type) {
  const Labels labels = {{"grpc_type", kTypeNames[static_cast<int>(type)]},
                         {"grpc_service", std::string(service)},
                         {"grpc_method", std::string(method)}};
  absl::MutexLock lock(&mutex_);
  methods_.push_back(std::unique_ptr<Method>(new Method(*this, labels)));
  return *methods_.back();
}

GrpcServerMetrics::Method::Method(GrpcServerMetrics& owner, const Labels& labels)
    : started_(owner.started_.With(labels)),
      received_(owner.received_.With(labels)),
      sent_(owner.sent_.With(labels)),
      seconds_(owner.seconds_.With(labels)) {
  by_code_.reserve(kGrpcCodes);
  for (int code = 0; code < kGrpcCodes; ++code) by_code_.push_back(owner.handled_.With(WithCode(labels, code)));
}

void GrpcServerMetrics::Method::Handled(int code, absl::Duration latency) {
  by_code_[code >= 0 && code < kGrpcCodes ? code : kUnknown].Increment();
  seconds_.Observe(latency);
}

}  // namespace nwd::metrics
