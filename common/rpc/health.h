// grpc.health.v1 over our own chain. Any verified certificate may ask.
#pragma once

#include <set>
#include <string>

#include "common/async/signal.h"
#include "common/rpc/router.h"
#include "grpc/health/v1/health.pb.h"

namespace nwd::rpc {

// Thread-safe.
class Health {
 public:
  // Answers for the services that `router` has at that moment, and for itself.
  void Register(Router& router);
  void SetServing(bool serving);

  async::Task<absl::StatusOr<::grpc::health::v1::HealthCheckResponse>> Check(
      Call& call, const ::grpc::health::v1::HealthCheckRequest& request);
  async::Task<absl::Status> Watch(Call& call, const ::grpc::health::v1::HealthCheckRequest& request,
                                  Writer<::grpc::health::v1::HealthCheckResponse>& writer);

 private:
  ::grpc::health::v1::HealthCheckResponse Answer(const std::string& service) const;

  std::set<std::string> services_;
  std::atomic<bool> serving_{true};
  async::Signal changed_;
};

}  // namespace nwd::rpc
