#include "tests/bench/bench.h"

#include "common/base/macros.h"
#include "tests/bench/fixture.h"
#include "tests/bench/population.h"

namespace nwd::bench {

const std::vector<Bench>& AllBenches() {
  static const auto* const benches = new std::vector<Bench>{
      {"consent-check", "CheckAccess, every check logged", ConsentCheck},
      {"record-get", "GetRecord of 3 sections: check, decrypt, durable disclosure and audit entry", RecordGet},
      {"person-match", "RegisterPerson, compared with everybody registered before", PersonMatch},
      {"consent-withdraw", "WithdrawConsent: durable, audited, told", ConsentWithdraw},
      {"audit-proof", "GetDisclosureProof, one at a time", AuditProof},
      {"memory", "resident memory of the consent service after filling and reading", Memory},
      {"referral-create", "create and send in one call: check over the network, durable, audited", ReferralCreate},
      {"referral-transition", "RECEIVE: durable, audited", ReferralTransition},
      {"idle-latency", "one call after each gap of 1.0 to 1.1 s", IdleLatency},
      {"recovery", "kill -9 of the consent service until it is ready again", Recovery},
      {"notice-fanout", "WithdrawConsent with 1,000 disclosures under it", NoticeFanout},
      {"person-export", "ExportPerson of a person with 1,000 events", PersonExport},
      {"audit-append", "entries a second into an audit log: durable, and signed beside it", AuditAppend},
      {"feed-import", "services a second: validated, indexed, durable", FeedImport},
      {"directory-search", "text, category, 5 km and open places; page of 10", DirectorySearch},
  };
  return *benches;
}

Context::Context(Settings settings) : settings_(std::move(settings)) {}
Context::~Context() = default;

absl::StatusOr<Fixture*> Context::Hub() {
  if (fixture_ == nullptr) {
    NWD_ASSIGN_OR_RETURN(fixture_, Fixture::Start(settings_.folder, settings_.connections, settings_.keep));
  }
  return fixture_.get();
}

absl::StatusOr<Population*> Context::People() {
  if (population_ == nullptr) {
    NWD_ASSIGN_OR_RETURN(Fixture* const hub, Hub());
    NWD_ASSIGN_OR_RETURN(population_, Population::Of(*hub, settings_.people));
  }
  return population_.get();
}

}  // namespace nwd::bench
