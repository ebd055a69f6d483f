#include "common/rpc/peer.h"

#include <grpc/grpc_security_constants.h>

#include "common/base/strings.h"
#include "common/rpc/limits.h"
#include "common/tls/certificate.h"

namespace nwd::rpc {
namespace {

// gRPC shows a call without a deadline as one with a deadline far away.
constexpr std::chrono::hours kDeadlineFarAway(24 * 365);

struct Certificate {
  std::vector<std::string> uris;
  std::string serial;
};

const Certificate& Known(std::string_view pem) {
  thread_local absl::flat_hash_map<std::string, Certificate> known;
  const auto found = known.find(AbslView(pem));
  if (found != known.end()) return found->second;
  if (known.size() >= kCertificatesKnownMax) known.clear();
  Certificate certificate;
  if (auto facts = tls::ParseCertificate(pem); facts.ok()) {
    certificate = {std::move(facts->uris), std::move(facts->serial)};
  }
  return known.emplace(std::string(pem), std::move(certificate)).first->second;
}

// Values of a name that is given twice are joined by commas, as HTTP has it: what takes one value sees that it is none.
std::string Metadata(const grpc::ServerContextBase& context, const char* name) {
  std::string joined;
  const auto [first, last] = context.client_metadata().equal_range(name);
  for (auto value = first; value != last; ++value) {
    if (value != first) joined.push_back(',');
    joined.append(value->second.data(), value->second.size());
  }
  return joined;
}

}  // namespace

PeerFacts FactsOf(const grpc::ServerContextBase& context) {
  PeerFacts facts;
  const auto auth = context.auth_context();
  const auto pem = auth->FindPropertyValues(GRPC_X509_PEM_CERT_PROPERTY_NAME);
  if (pem.size() == 1) {
    const Certificate& certificate = Known({pem.front().data(), pem.front().size()});
    facts.uris = certificate.uris;
    facts.serial = certificate.serial;
  }
  facts.practitioner = Metadata(context, "nwd-practitioner");
  facts.traceparent = Metadata(context, "traceparent");
  const auto deadline = context.deadline();
  if (deadline < std::chrono::system_clock::now() + kDeadlineFarAway) facts.deadline = absl::FromChrono(deadline);
  return facts;
}

}  // namespace nwd::rpc
