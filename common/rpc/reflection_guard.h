// Keeps server reflection from callers whom the hub does not trust: nobody of this hub, an organisation that is not
// active, a certificate that is revoked.
//
//   creators.push_back(std::make_unique<ReflectionGuard>(registry, trust_domain));
//   builder.experimental().SetInterceptorCreators(std::move(creators));
//
// Reflection is the library's own service, which the call chain does not see. An interceptor of its stream judges the
// caller before each answer; in place of one that is refused goes reflection's own word for an error, and the stream
// ends with the same status. Other calls pay for one comparison of names. Thread-safe; `registry` outlives the server.
#pragma once

#include <grpcpp/support/server_interceptor.h>

#include <string>

#include "common/access/registry.h"

namespace nwd::rpc {

class ReflectionGuard final : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  ReflectionGuard(const access::Registry& registry, std::string trust_domain)
      : registry_(registry), trust_domain_(std::move(trust_domain)) {}

  // Null for calls that are not reflection's.
  grpc::experimental::Interceptor* CreateServerInterceptor(grpc::experimental::ServerRpcInfo* info) override;

 private:
  const access::Registry& registry_;
  const std::string trust_domain_;
};

}  // namespace nwd::rpc
