#include "common/rpc/router.h"

#include <set>

#include "absl/strings/str_join.h"
#include "common/access/policy.h"
#include "common/base/check.h"
#include "common/base/strings.h"

namespace nwd::rpc {

Route& Router::Add(const google::protobuf::Descriptor& request, const google::protobuf::Descriptor& response,
                   bool streaming) {
  auto route = std::make_unique<Route>();
  const auto& file = *request.file();
  for (int s = 0; s < file.service_count(); ++s) {
    for (int m = 0; m < file.service(s)->method_count(); ++m) {
      const auto* method = file.service(s)->method(m);
      if (method->input_type() == &request && method->output_type() == &response &&
          method->server_streaming() == streaming) {
        route->method = method;
      }
    }
  }
  NWD_CHECK(route->method != nullptr);  // a handler whose types no RPC of the request's file has
  auto rule = access::RuleOf(*route->method);
  if (rule.ok()) {
    route->rule = *std::move(rule);
  } else {
    faults_.push_back(std::string(rule.status().message()));
  }
  routes_.push_back(std::move(route));
  return *routes_.back();
}

absl::Status Router::Check() const {
  std::vector<std::string> faults = faults_;
  std::set<const google::protobuf::ServiceDescriptor*> services;
  std::set<const google::protobuf::MethodDescriptor*> bound;
  for (const auto& route : routes_) {
    services.insert(route->method->service());
    if (!bound.insert(route->method).second) faults.push_back(Cat(route->method->full_name(), " has two handlers"));
  }
  for (const auto* service : services) {
    for (int m = 0; m < service->method_count(); ++m) {
      if (!bound.contains(service->method(m)))
        faults.push_back(Cat(service->method(m)->full_name(), " has no handler"));
    }
  }
  if (faults.empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrJoin(faults, "; "));
}

}  // namespace nwd::rpc
