#include "common/rpc/reflection_guard.h"

#include <memory>
#include <string_view>

#include "common/access/policy.h"
#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/rpc/peer.h"
#include "common/rpc/wire.h"
#include "common/tls/identity.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace nwd::rpc {
namespace {

using google::protobuf::Message;
using grpc::experimental::InterceptionHookPoints;

constexpr std::string_view kReflection = "/grpc.reflection.";

// Every role: what is asked here is only whether the organisation is one of the hub's, and active.
common::v1::AccessRule AnyRole() {
  common::v1::AccessRule rule;
  const auto* roles = common::v1::Role_descriptor();
  for (int i = 0; i < roles->value_count(); ++i)
    rule.add_roles(static_cast<common::v1::Role>(roles->value(i)->number()));
  return rule;
}

absl::Status Judge(const grpc::ServerContextBase& context, const access::Registry& registry,
                   const std::string& trust_domain) {
  static const common::v1::AccessRule& any_role = *new common::v1::AccessRule(AnyRole());
  const PeerFacts peer = FactsOf(context);
  NWD_ASSIGN_OR_RETURN(const tls::Identity identity, tls::ParseIdentity(peer.uris, trust_domain));
  access::Caller caller;
  caller.identity = identity.Uri();
  caller.serial = peer.serial;
  NWD_RETURN_IF_ERROR(access::AdmitCertificate(caller, registry));
  if (identity.is_service()) return absl::OkStatus();
  caller.organisation = registry.FindByIdentity(caller.identity);
  if (caller.organisation != nullptr) caller.kind = access::Caller::Kind::kOrganisation;
  NWD_RETURN_IF_ERROR(access::Admit(any_role, caller));
  return access::AdmitSponsor(caller, registry);
}

// What the stream says instead of `answer`: reflection's own response with an error in it.
std::unique_ptr<Message> ErrorInPlaceOf(const Message& answer, const grpc::Status& why) {
  std::unique_ptr<Message> response(answer.New());
  Message* error = response->GetReflection()->MutableMessage(
      response.get(), response->GetDescriptor()->FindFieldByName("error_response"));
  const auto* type = error->GetDescriptor();
  error->GetReflection()->SetInt32(error, type->FindFieldByName("error_code"), why.error_code());
  error->GetReflection()->SetString(error, type->FindFieldByName("error_message"), why.error_message());
  return response;
}

class Guard final : public grpc::experimental::Interceptor {
 public:
  Guard(grpc::ServerContextBase& context, const access::Registry& registry, const std::string& trust_domain)
      : context_(context), registry_(registry), trust_domain_(trust_domain) {}

  void Intercept(grpc::experimental::InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::PRE_SEND_MESSAGE)) {
      refused_ = ToGrpc(Judge(context_, registry_, trust_domain_));
      if (!refused_.ok()) {
        answer_ = ErrorInPlaceOf(*static_cast<const Message*>(methods->GetSendMessage()), refused_);
        methods->ModifySendMessage(dynamic_cast<const void*>(answer_.get()));
      }
    }
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::PRE_SEND_STATUS) && !refused_.ok()) {
      methods->ModifySendStatus(refused_);
    }
    methods->Proceed();
  }

 private:
  grpc::ServerContextBase& context_;
  const access::Registry& registry_;
  const std::string& trust_domain_;
  grpc::Status refused_;
  std::unique_ptr<Message> answer_;  // lives until it has been sent
};

}  // namespace

grpc::experimental::Interceptor* ReflectionGuard::CreateServerInterceptor(grpc::experimental::ServerRpcInfo* info) {
  if (!std::string_view(info->method()).starts_with(kReflection)) return nullptr;
  return new Guard(*info->server_context(), registry_, trust_domain_);  // gRPC owns it
}

}  // namespace nwd::rpc
