// Clients of a hub, one for each organisation and service, each with that organisation's certificate.
//
//   Clients clients(hub);
//   absl::StatusOr<GetServiceResponse> found = clients.Call<GetServiceResponse>("lambeth", request);
//
// The service is the one whose API the request belongs to. Thread-safe.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "common/rpc/client.h"
#include "deploy/hub/state.h"

namespace nwd::hub {

class Clients {
 public:
  explicit Clients(HubState hub);
  ~Clients();

  // FAILED_PRECONDITION, in one sentence, where the organisation has no usable certificate in the hub's folder.
  absl::StatusOr<rpc::Client*> As(const std::string& organisation, const std::string& service);

  template <class Response, class Request>
  absl::StatusOr<Response> Call(const std::string& organisation, const Request& request,
                                const rpc::CallOptions& options = {}) {
    absl::StatusOr<rpc::Client*> client = As(organisation, ServiceOf(*request.GetDescriptor()));
    if (!client.ok()) return client.status();
    return (*client)->template Call<Response>(request, options);
  }

  // "consent" for a message of nwd.consent.v1.
  static std::string ServiceOf(const google::protobuf::Descriptor& message);

  const HubState& hub() const { return hub_; }

 private:
  struct Credentials;
  const HubState hub_;
  absl::Mutex mutex_;
  std::map<std::string, std::unique_ptr<Credentials>> credentials_ ABSL_GUARDED_BY(mutex_);
  std::map<std::pair<std::string, std::string>, std::unique_ptr<rpc::Client>> clients_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace nwd::hub
