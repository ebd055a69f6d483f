#include "common/rpc/health.h"

#include "absl/time/clock.h"
#include "common/base/macros.h"
#include "common/rpc/limits.h"
#include "common/status/reasons.h"
#include "common/status/status.h"

namespace nwd::rpc {

using ::grpc::health::v1::HealthCheckRequest;
using ::grpc::health::v1::HealthCheckResponse;

void Health::Register(Router& router) {
  services_.insert("");
  for (const auto& route : router.routes()) services_.insert(route->method->service()->full_name());
  router.Unary(this, &Health::Check);
  router.Stream(this, &Health::Watch);
}

void Health::SetServing(bool serving) {
  serving_ = serving;
  changed_.Notify();
}

HealthCheckResponse Health::Answer(const std::string& service) const {
  HealthCheckResponse response;
  response.set_status(!services_.contains(service) ? HealthCheckResponse::SERVICE_UNKNOWN
                      : serving_                   ? HealthCheckResponse::SERVING
                                                   : HealthCheckResponse::NOT_SERVING);
  return response;
}

async::Task<absl::StatusOr<HealthCheckResponse>> Health::Check(Call&, const HealthCheckRequest& request) {
  HealthCheckResponse answer = Answer(request.service());
  if (answer.status() == HealthCheckResponse::SERVICE_UNKNOWN) {
    co_return status::Error(absl::StatusCode::kNotFound, reasons::kUnknownService,
                            "this server has no service of that name");
  }
  co_return answer;
}

async::Task<absl::Status> Health::Watch(Call& call, const HealthCheckRequest& request,
                                        Writer<HealthCheckResponse>& writer) {
  bool first = true;
  HealthCheckResponse said;
  while (true) {
    const uint64_t seen = changed_.Count();
    // Looked at before the answer and acted on after it: the last word of a server that goes down is that it does not
    // serve.
    const absl::Status alive = call.CheckAlive();
    const HealthCheckResponse now = Answer(request.service());
    if (first || now.status() != said.status()) {
      NWD_CO_RETURN_IF_ERROR(co_await writer.Write(now));
      said = now;
      first = false;
    }
    NWD_CO_RETURN_IF_ERROR(alive);
    co_await changed_.WaitPast(seen, absl::Now() + kHealthWatchSlice);
  }
}

}  // namespace nwd::rpc
