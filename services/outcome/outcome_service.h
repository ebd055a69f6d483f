// nwd.outcome.v1.OutcomeService: outcomes recorded and listed, journeys shown. Everything named in Parts outlives it.
// Thread-safe.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "common/async/task.h"
#include "common/audit/audit.h"
#include "common/idempotency/idempotency.h"
#include "common/person_keys/person_keys.h"
#include "common/rpc/call.h"
#include "common/rpc/router.h"
#include "common/store/store.h"
#include "common/tokens/tokens.h"
#include "nwd/outcome/v1/outcome_service.pb.h"
#include "services/outcome/peers.h"
#include "services/outcome/storage.pb.h"

namespace nwd::outcome {

class OutcomeService {
 public:
  struct Parts {
    store::Store& store;
    person_keys::PersonKeys& person_keys;
    const tokens::Tokens& tokens;
    const idempotency::Requests& requests;
    const audit::Audit& audit;
    Peers& peers;
  };
  explicit OutcomeService(const Parts& parts) : parts_(parts) {}
  void Register(rpc::Router& router);

  async::Task<absl::StatusOr<v1::RecordOutcomeResponse>> RecordOutcome(rpc::Call& call,
                                                                       const v1::RecordOutcomeRequest& request);
  async::Task<absl::StatusOr<v1::ListOutcomesResponse>> ListOutcomes(rpc::Call& call,
                                                                     const v1::ListOutcomesRequest& request);
  async::Task<absl::StatusOr<v1::CountOutcomesResponse>> CountOutcomes(rpc::Call& call,
                                                                       const v1::CountOutcomesRequest& request);
  async::Task<absl::StatusOr<v1::GetJourneyResponse>> GetJourney(rpc::Call& call, const v1::GetJourneyRequest& request);

 private:
  // Is what the replica has of a referral enough for a call of this organisation? No: it may be behind. If need be: a
  // detail is lacking that rows of before it was kept do not have.
  enum class Enough { kNo, kIfNeedBe, kYes };
  using Judge = Enough (*)(const storage::ReferralRow& referral, const std::string& organisation_id);
  static Enough ForRecording(const storage::ReferralRow& referral, const std::string& organisation_id);
  static Enough ForListing(const storage::ReferralRow& referral, const std::string& organisation_id);
  // The referral as the replica has it, where that is enough; else as its owner has it. Where the owner cannot be
  // reached, what is enough if need be.
  async::Task<absl::StatusOr<storage::ReferralRow>> FindReferral(const rpc::Call& call, const std::string& referral_id,
                                                                 Judge judge);
  // The key that what is kept about this person is sealed under, made where there is none; denied where the person is
  // erased.
  async::Task<absl::StatusOr<person_keys::PersonKey>> KeyOf(ids::Uuid person);

  const Parts parts_;
};

}  // namespace nwd::outcome
