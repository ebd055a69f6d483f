// The consent service's handlers on the in-memory engine, with organisations around them, for tests. Each call goes
// through what the chain would do before a handler (the rules of fields) and after it (the tie must have been proved).
// Calls may come from several threads.
//
//   Desk desk;
//   desk.Add("lambeth", ORGANISATION_KIND_BOROUGH);
//   const std::string ref = desk.Register("lambeth", "Ada Lovelace");
//   const std::string consent = desk.Give("lambeth", ref, desk.Terms({"college"}));
//   EXPECT_TRUE(desk.Check("college", desk.RefFor("college", ref, "lambeth"), consent)->permitted());
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "common/async/block_on.h"
#include "common/base/strings.h"
#include "common/base/timestamps.h"
#include "common/rpc/validation.h"
#include "common/store_memory/memory_store.h"
#include "services/consent/services.h"
#include "tests/testing/method_of.h"

namespace nwd::consent {

inline constexpr char kDeskStart[] = "2026-03-02T09:00:00Z";

class Desk {
 public:
  Desk();

  ManualClock& clock() { return clock_; }
  store::MemoryStore& store() { return store_; }
  store::MemoryStore& keys() { return keys_; }
  Services& services() { return *services_; }
  access::Registry& registry() { return registry_; }
  const metrics::Registry& metrics() const { return metrics_; }

  // The service starts again on the same stores: what was only in memory is gone. `hub_key_fill` other than 'A': under
  // another hub key.
  void Restart(char hub_key_fill = 'A');

  // SteadyNow, as this service has it.
  absl::Time steady_now = absl::UnixEpoch();

  // An active organisation with the role AGENCY (or those given); answers its id.
  std::string Add(const std::string& slug, common::v1::OrganisationKind kind = common::v1::ORGANISATION_KIND_VCS,
                  std::vector<common::v1::Role> roles = {common::v1::ROLE_AGENCY});
  // An active resident channel.
  std::string AddChannel(const std::string& slug);
  // Known to the directory, not yet here.
  std::string AddToDirectoryOnly(const std::string& slug);
  std::string IdOf(const std::string& slug) const;
  // A data-sharing agreement in force: consents for EMPLOYMENT_SUPPORT, skills and contact, for a year.
  common::v1::AgreementChange AgreementOf(const std::vector<std::string>& parties) const;
  // As the directory's feed brings it, new or changed; answers its id.
  std::string AddAgreement(const common::v1::AgreementChange& agreement);
  std::string AddAgreementToDirectoryOnly(const common::v1::AgreementChange& agreement);
  int asked() const { return asked_; }

  // Calls a handler as `who`: a slug, or "service/referral".
  template <class Handler, class Request, class Response>
  absl::StatusOr<Response> Ask(Handler& handler,
                               async::Task<absl::StatusOr<Response>> (Handler::*member)(rpc::Call&, const Request&),
                               const std::string& who, const Request& request) {
    rpc::Call call(testing::MethodOf(*Request::descriptor()), RuleOf(*Request::descriptor()), clock_);
    call.SetFacts(FactsOf(who));
    call.SetRegistry(&registry_);
    const absl::Status valid = rpc::Validate(request, clock_.Now());
    if (!valid.ok()) return valid;
    absl::StatusOr<Response> response = async::BlockOn((handler.*member)(call, request));
    if (response.ok()) {
      EXPECT_TRUE(call.TieProved()) << "no tie proved for " << call.method().full_name();
    }
    return response;
  }
  const common::v1::AccessRule& RuleOf(const google::protobuf::Descriptor& request) const;
  rpc::Call::Facts FactsOf(const std::string& who) const;

  // Short words for the main job. Each expects to succeed.
  std::string Register(const std::string& who, const std::string& name, const std::string& nino = "");
  std::string RefFor(const std::string& organisation, const std::string& ref, const std::string& of);
  // The person, whom `holder` knows as `ref`, enrols with a channel by a code that it makes them; answers the channel's
  // reference.
  std::string Enrol(const std::string& channel, const std::string& holder, const std::string& ref);
  absl::StatusOr<v1::CreateChannelCodeResponse> MakeChannelCode(const std::string& holder, const std::string& ref,
                                                                const std::string& channel,
                                                                const std::string& request_id = "");
  absl::StatusOr<v1::EnrolChannelResponse> TypeIn(const std::string& channel, const std::string& code,
                                                  const std::string& request_id = "");
  absl::StatusOr<v1::EndEnrolmentResponse> EndEnrolment(const std::string& who, const std::string& ref,
                                                        const std::string& channel, const std::string& request_id = "");
  v1::ConsentTerms Terms(const std::vector<std::string>& recipients);
  // A parent acts, until this day in London, YYYY-MM-DD.
  static void ActAsParent(v1::ConsentTerms& terms, const std::string& authority_ends_on = "");
  std::string Draw(const std::string& captor, const std::string& ref, const v1::ConsentTerms& terms);
  void Decide(const std::string& captor, const std::string& consent_id, v1::ConsentState decision);
  std::string Give(const std::string& captor, const std::string& ref, const v1::ConsentTerms& terms);
  absl::StatusOr<v1::CorroborateConsentResponse> Corroborate(const std::string& who, const std::string& consent_id,
                                                             const std::string& code = "");
  v1::Consent Get(const std::string& who, const std::string& consent_id);
  void Put(const std::string& who, const std::string& ref, const v1::RecordSection& section);
  v1::RecordSection Skills(const std::string& skill);
  v1::RecordSection Contact(const std::string& phone, bool confidential);

  // A check or read of `categories` for EMPLOYMENT_SUPPORT, to view.
  v1::CheckAccessRequest CheckRequest(const std::string& ref, const std::string& consent_id,
                                      std::vector<Category> categories = {common::v1::CATEGORY_SKILLS});
  absl::StatusOr<v1::CheckAccessResponse> Check(const std::string& who, const std::string& ref,
                                                const std::string& consent_id,
                                                std::vector<Category> categories = {common::v1::CATEGORY_SKILLS});
  absl::StatusOr<v1::GetRecordResponse> Read(const std::string& who, const std::string& ref,
                                             const std::string& consent_id,
                                             std::vector<Category> categories = {common::v1::CATEGORY_SKILLS},
                                             const std::string& request_id = "");
  absl::StatusOr<v1::WithdrawConsentResponse> Withdraw(const std::string& who, const std::string& consent_id);
  absl::StatusOr<v1::SuspendConsentResponse> Suspend(const std::string& who, const std::string& consent_id,
                                                     v1::SuspendReason reason);
  absl::StatusOr<v1::ResumeConsentResponse> Resume(const std::string& who, const std::string& consent_id,
                                                   bool person_agreed);
  absl::StatusOr<v1::RevokeConsentResponse> Revoke(const std::string& who, const std::string& consent_id);
  absl::StatusOr<v1::InvalidateConsentResponse> Invalidate(const std::string& who, const std::string& consent_id,
                                                           v1::InvalidateReason reason);
  absl::Status Open(const std::string& consent_id, const std::string& person_id, const std::string& organisation,
                    const std::string& referral_id, int64_t sequence);
  absl::Status Close(const std::string& consent_id, const std::string& organisation, const std::string& referral_id,
                     int64_t sequence);
  std::string PersonId(const std::string& who, const std::string& ref);

  std::vector<store::FeedEntry> Entries(store::Feed feed);
  std::vector<common::v1::Change> Changes();
  // How many audit entries of this type are durable.
  int Audited(const std::string& type);

  // What other services hold of anybody, as a test has it.
  struct Elsewhere final : HeldElsewhere {
    using Items = std::vector<referral::v1::PersonReferralItem>;
    using Journey = std::vector<outcome::v1::PersonStep>;
    async::Task<absl::StatusOr<Items>> Referrals(const rpc::Call&, const Asked& of) override {
      asked.push_back(of);
      co_return referrals;
    }
    async::Task<absl::StatusOr<Journey>> Steps(const rpc::Call&, const Asked& of) override {
      asked.push_back(of);
      co_return steps;
    }
    async::Task<absl::StatusOr<std::string>> OrganisationName(const rpc::Call&, const std::string& id) override {
      co_return Cat("Organisation ", id);
    }
    async::Task<absl::StatusOr<std::string>> ServiceName(const rpc::Call&, const std::string& id) override {
      co_return Cat("Service ", id);
    }
    async::Task<absl::StatusOr<KeysLeft>> ConfirmErasure(const std::vector<std::string>& people) override {
      confirmed = people;
      if (!gone.ok()) co_return gone.status();
      co_return KeysLeft{.gone = *gone, .oldest_backup = oldest_backup};
    }
    absl::StatusOr<bool> gone = true;
    std::optional<absl::Time> oldest_backup;
    std::vector<std::string> confirmed;
    absl::StatusOr<Items> referrals = Items();
    absl::StatusOr<Journey> steps = Journey();
    std::vector<Asked> asked;
  };
  Elsewhere& elsewhere() { return elsewhere_; }
  absl::StatusOr<std::optional<absl::Time>> oldest_key_backup = std::nullopt;  // of this service

 private:
  std::unique_ptr<Services> Start();
  async::Task<absl::Status> Bring(common::v1::AgreementChange agreement);

  Elsewhere elsewhere_;
  ManualClock clock_;
  store::MemoryStore store_, keys_;
  crypto::HubKey hub_key_;
  access::Registry registry_;
  metrics::Registry metrics_;
  std::map<std::string, std::string> ids_;
  std::map<std::string, access::Organisation> directory_only_;
  std::map<std::string, common::v1::AgreementChange> agreements_in_directory_only_;
  int asked_ = 0;
  mutable absl::Mutex rules_mutex_;
  mutable std::map<std::string, common::v1::AccessRule> rules_ ABSL_GUARDED_BY(rules_mutex_);
  std::unique_ptr<Services> services_;
  std::set<std::string> text_keepers_;
  std::string text_sha256_;
};

// A status whose code and reason are these.
MATCHER_P2(Refused, code, reason, "") {
  const absl::Status status = [&] {
    if constexpr (requires { arg.status(); }) {
      return arg.status();
    } else {
      return absl::Status(arg);
    }
  }();
  *result_listener << status.ToString();
  return status.code() == code && status::ReasonOf(status) == reason;
}

// The fields that an INVALID_ARGUMENT names, and its whole text as callers get it.
std::vector<std::string> FieldsOf(const absl::Status& status);
std::string WireTextOf(const absl::Status& status);
// After how long a RESOURCE_EXHAUSTED says that it may be tried again.
absl::Duration RetryAfterOf(const absl::Status& status);

inline auto Denied() { return Refused(absl::StatusCode::kPermissionDenied, "DENIED"); }
inline auto Invalid() { return Refused(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST"); }

}  // namespace nwd::consent
