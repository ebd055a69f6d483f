// All of this service's handlers and what they share, over what they are given. It knows nothing
// of servers and peers: App adds those, tests use it as it is. What it is given outlives it; it must go before the
// stores do, since its last act is to write the checks that wait. One thread makes and destroys it; its handlers run on
// any of the server's queues, many at once.
#pragma once

#include "common/base/clock.h"
#include "common/base/steady.h"
#include "common/crypto/key_file.h"
#include "common/person_keys/key_files.h"
#include "common/rpc/router.h"
#include "services/consent/access_service.h"
#include "services/consent/authority_acts.h"
#include "services/consent/authority_service.h"
#include "services/consent/case_service.h"
#include "services/consent/consent_service.h"
#include "services/consent/corroboration_service.h"
#include "services/consent/decision_service.h"
#include "services/consent/disclosure_service.h"
#include "services/consent/emergency_service.h"
#include "services/consent/enrolment_service.h"
#include "services/consent/erasure_following.h"
#include "services/consent/erasure_service.h"
#include "services/consent/explain_service.h"
#include "services/consent/export_service.h"
#include "services/consent/held_elsewhere.h"
#include "services/consent/in_force_service.h"
#include "services/consent/janitor.h"
#include "services/consent/ledger_service.h"
#include "services/consent/main_contact_service.h"
#include "services/consent/match_service.h"
#include "services/consent/notice_service.h"
#include "services/consent/parts.h"
#include "services/consent/person_service.h"
#include "services/consent/receipt_service.h"
#include "services/consent/record_service.h"
#include "services/consent/text_service.h"
#include "services/consent/version_service.h"

namespace nwd::consent {

inline constexpr char kWrappingPurpose[] =
    "consent/person-keys";  // what people's keys are wrapped under: never changes

class Services {
 public:
  // What it stands on.
  struct Given {
    store::Store& store;
    store::Store& keys;  // people's keys, apart from the data
    const crypto::HubKey& hub_key;
    const Clock& clock;
    const calendar::WorkingCalendar& calendar;
    const access::Registry& registry;
    AskOrganisation ask_organisation;
    AskAgreement ask_agreement;
    metrics::Registry& metrics;
    Options options = {};
    const audit::Log* audit_log = nullptr;  // without it there are no proofs
    HeldElsewhere* elsewhere = nullptr;     // without it nothing is exported
    person_keys::KeyFiles key_files = {};
    std::function<absl::Time()> steady_now = SteadyNow;
    uint32_t epoch = 1;  // of the data (common/audit/epoch.h)
  };
  explicit Services(Given given);

  void Register(rpc::Router& router);
  // What comparing names of other scripts needs, away from the queues: the first such name need not wait for it.
  async::Task<void> PrepareNames();
  PersonService& person() { return person_; }
  MatchService& match() { return match_; }
  MainContactService& main_contact() { return main_contact_; }
  EnrolmentService& enrolment() { return enrolment_; }
  TextService& text() { return text_; }
  ConsentService& consent() { return consent_; }
  DecisionService& decision() { return decision_; }
  CorroborationService& corroboration() { return corroboration_; }
  InForceService& in_force() { return in_force_; }
  ReceiptService& receipt() { return receipt_; }
  AuthorityService& authority() { return authority_; }
  AuthorityActs& authority_acts() { return authority_acts_; }
  AccessService& access() { return access_; }
  EmergencyService& emergency() { return emergency_; }
  ExplainService& explain() { return explain_; }
  RecordService& record() { return record_; }
  DisclosureService& disclosure() { return disclosure_; }
  NoticeService& notice() { return notice_; }
  CaseService& cases() { return cases_; }
  ExportService& exports() { return exports_; }
  ErasureService& erasure() { return erasure_; }
  ErasureFollowing& erasure_following() { return erasure_following_; }
  LedgerService& ledger() { return ledger_; }
  VersionService& version() { return version_; }
  CheckLog& check_log() { return check_log_; }
  Janitor& janitor() { return janitor_; }
  person_keys::PersonKeys& person_keys() { return person_keys_; }
  const References& references() const { return references_; }
  const tokens::Tokens& tokens() const { return tokens_; }
  const idempotency::Requests& requests() const { return requests_; }
  // For the retention job.
  const Parts& parts() const { return parts_; }

 private:
  const References references_;
  const IdentifierHashes hashes_;
  const OneTimeCodes codes_;
  const audit::Audit audit_;
  const idempotency::Requests requests_;
  const tokens::Tokens tokens_;
  person_keys::PersonKeys person_keys_;
  Organisations organisations_;
  AgreementLookup agreements_;
  CheckLog check_log_;
  NoticeBells notice_bells_;
  UnusedKeys unused_keys_;
  OffHost off_host_;
  async::WorkerPool workers_;
  Figures figures_;
  const Options options_;
  const Parts parts_;
  PersonService person_;
  MatchService match_;
  MainContactService main_contact_;
  EnrolmentService enrolment_;
  TextService text_;
  ConsentService consent_;
  DecisionService decision_;
  CorroborationService corroboration_;
  InForceService in_force_;
  ReceiptService receipt_;
  AuthorityService authority_;
  AuthorityActs authority_acts_;
  AccessService access_;
  EmergencyService emergency_;
  ExplainService explain_;
  RecordService record_;
  DisclosureService disclosure_;
  NoticeService notice_;
  CaseService cases_;
  ExportService exports_;
  ErasureFollowing erasure_following_;
  ErasureService erasure_;
  LedgerService ledger_;
  VersionService version_;
  Janitor janitor_;
  metrics::Registration registration_;
};

}  // namespace nwd::consent
