// Prints docs/access-matrix.md from the access rules declared in the protos.
#include <iostream>
#include <vector>

#include "absl/strings/str_join.h"
#include "common/access/policy.h"
#include "common/base/strings.h"
#include "nwd/common/v1/change_service.pb.h"
#include "nwd/consent/v1/access_service.pb.h"
#include "nwd/consent/v1/consent_service.pb.h"
#include "nwd/consent/v1/person_service.pb.h"
#include "nwd/consent/v1/record_service.pb.h"
#include "nwd/directory/v1/catalogue_service.pb.h"
#include "nwd/directory/v1/feed_service.pb.h"
#include "nwd/directory/v1/organisation_service.pb.h"
#include "nwd/outcome/v1/insight_service.pb.h"
#include "nwd/outcome/v1/outcome_service.pb.h"
#include "nwd/referral/v1/appointment_service.pb.h"
#include "nwd/referral/v1/referral_service.pb.h"

namespace {

using nwd::Cat;
namespace v1 = nwd::common::v1;

template <class Request>
const google::protobuf::FileDescriptor* FileOf() {
  return Request::descriptor()->file();
}

std::string Words(const std::string& name, const std::string& prefix) {
  std::string words = name.substr(prefix.size());
  for (char& c : words) c = c == '_' ? ' ' : static_cast<char>(std::tolower(c));
  return words;
}

void Print(const google::protobuf::ServiceDescriptor& service) {
  std::cout
      << "\n## " << service.full_name()
      << "\n\n| method | organisations with a role | tie | our services | practitioner |\n|---|---|---|---|---|\n";
  for (int m = 0; m < service.method_count(); ++m) {
    const auto& method = *service.method(m);
    const auto rule = nwd::access::RuleOf(method);
    if (!rule.ok()) {
      std::cerr << rule.status().message() << "\n";
      std::exit(1);
    }
    std::vector<std::string> roles;
    for (const int role : rule->roles()) roles.push_back(Words(v1::Role_Name(static_cast<v1::Role>(role)), "ROLE_"));
    const std::vector<std::string> services(rule->services().begin(), rule->services().end());
    std::cout << "| " << method.name() << (method.server_streaming() ? " (stream)" : "") << " | "
              << absl::StrJoin(roles, ", ") << " | "
              << (rule->tie() == v1::TIE_NONE ? "" : Words(v1::Tie_Name(rule->tie()), "TIE_")) << " | "
              << absl::StrJoin(services, ", ") << " | " << (rule->about_person() ? "required" : "") << " |\n";
  }
}

}  // namespace

int main() {
  std::cout << "# Who may call what\n\nGenerated from the access rules beside each RPC in `proto/` by "
               "`nwd-access-matrix`; a test fails where this page "
               "differs. A caller needs one of the roles and the tie; a service of ours needs neither and may call "
               "only what names it. `grpc.health.v1` "
               "answers every verified certificate.\n";
  for (const auto* file :
       {FileOf<nwd::directory::v1::GetOrganisationRequest>(), FileOf<nwd::directory::v1::GetServiceRequest>(),
        FileOf<nwd::directory::v1::BeginImportRequest>(), FileOf<nwd::consent::v1::RegisterPersonRequest>(),
        FileOf<nwd::consent::v1::CreateConsentRequest>(), FileOf<nwd::consent::v1::CheckAccessRequest>(),
        FileOf<nwd::consent::v1::PutRecordRequest>(), FileOf<nwd::referral::v1::CreateReferralRequest>(),
        FileOf<nwd::referral::v1::BookAppointmentRequest>(), FileOf<nwd::outcome::v1::RecordOutcomeRequest>(),
        FileOf<nwd::outcome::v1::QueryIndicatorsRequest>(), FileOf<v1::ReadChangesRequest>()}) {
    for (int s = 0; s < file->service_count(); ++s) Print(*file->service(s));
  }
}
