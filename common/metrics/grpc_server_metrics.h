// The figures of a gRPC server, named and labelled as go-grpc-middleware does, so that its dashboards and alerts work
// here.
//
//   GrpcServerMetrics calls(registry);             // at start
//   GrpcServerMetrics::Method& check = calls.Add("nwd.consent.v1.AccessService", "CheckAccess", RpcType::kUnary);
//
//   check.Started();                               // for each call
//   check.Received();
//   check.Sent();
//   check.Handled(0, latency);
//
//   grpc_server_started_total, grpc_server_handled_total{grpc_code}, grpc_server_handling_seconds (histogram),
//   grpc_server_msg_received_total, grpc_server_msg_sent_total; each with grpc_type, grpc_service, grpc_method.
//
// Methods live as long as this object, which must not outlive the registry. Thread-safe; a call costs some tens of
// nanoseconds, no lookup.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/metrics/metrics.h"

namespace nwd::metrics {

enum class RpcType { kUnary, kClientStream, kServerStream, kBidiStream };

inline constexpr int kGrpcCodes = 17;  // OK … UNAUTHENTICATED

class GrpcServerMetrics {
 public:
  class Method;

  explicit GrpcServerMetrics(Registry& registry);
  ~GrpcServerMetrics();
  GrpcServerMetrics(const GrpcServerMetrics&) = delete;
  GrpcServerMetrics& operator=(const GrpcServerMetrics&) = delete;

  Method& Add(std::string_view service, std::string_view method, RpcType type);

 private:
  CounterFamily started_, handled_, received_, sent_;
  HistogramFamily seconds_;
  absl::Mutex mutex_;
  std::vector<std::unique_ptr<Method>> methods_ ABSL_GUARDED_BY(mutex_);
};

class GrpcServerMetrics::Method {
 public:
  void Started() { started_.Increment(); }
  void Received() { received_.Increment(); }
  void Sent() { sent_.Increment(); }
  // `code` is the number of the gRPC status code; one that does not exist counts as UNKNOWN.
  void Handled(int code, absl::Duration latency);

 private:
  friend class GrpcServerMetrics;
  Method(GrpcServerMetrics& owner, const Labels& labels);

  Counter started_, received_, sent_;
  Histogram seconds_;
  std::vector<Counter> by_code_;  // all made at start, so that rates begin at 0
};

}  // namespace nwd::metrics
