// ReferralService: makes, moves, shows and follows referrals. One class, its methods by idea: create_referral.cc,
// transition_referral.cc, read_referrals.cc, notes.cc, watch_referrals.cc.
//
// Thread-safe. Keeps nothing of its own.
#pragma once

#include "common/rpc/call.h"
#include "common/rpc/router.h"
#include "nwd/referral/v1/referral_service.pb.h"
#include "services/referral/parts.h"

namespace nwd::referral {

class ReferralService {
 public:
  explicit ReferralService(const Parts& parts) : parts_(parts) {}
  void Register(rpc::Router& router);

  async::Task<absl::StatusOr<v1::CreateReferralResponse>> CreateReferral(rpc::Call& call,
                                                                         const v1::CreateReferralRequest& request);
  async::Task<absl::StatusOr<v1::GetReferralResponse>> GetReferral(rpc::Call& call,
                                                                   const v1::GetReferralRequest& request);
  async::Task<absl::StatusOr<v1::GetReferralPartiesResponse>> GetReferralParties(
      rpc::Call& call, const v1::GetReferralPartiesRequest& request);
  async::Task<absl::StatusOr<v1::ListReferralsResponse>> ListReferrals(rpc::Call& call,
                                                                       const v1::ListReferralsRequest& request);
  async::Task<absl::StatusOr<v1::TransitionReferralResponse>> TransitionReferral(
      rpc::Call& call, const v1::TransitionReferralRequest& request);
  async::Task<absl::StatusOr<v1::AddNoteResponse>> AddNote(rpc::Call& call, const v1::AddNoteRequest& request);
  async::Task<absl::StatusOr<v1::ListNotesResponse>> ListNotes(rpc::Call& call, const v1::ListNotesRequest& request);
  async::Task<absl::StatusOr<v1::ListEventsResponse>> ListEvents(rpc::Call& call, const v1::ListEventsRequest& request);
  async::Task<absl::Status> WatchReferrals(rpc::Call& call, const v1::WatchReferralsRequest& request,
                                           rpc::Writer<v1::WatchReferralsResponse>& writer);
  async::Task<absl::StatusOr<v1::ListDueResponse>> ListDue(rpc::Call& call, const v1::ListDueRequest& request);

 private:
  // What of a move is wrong whatever state the referral is in.
  static absl::Status CheckTransition(const rpc::Call& call, const v1::TransitionReferralRequest& request);
  // What of a new referral the facts of the hub do not know.
  absl::Status CheckWords(const v1::CreateReferralRequest& request) const;
  // ListReferrals of a resident channel.
  async::Task<absl::StatusOr<v1::ListReferralsResponse>> ListOfPerson(rpc::Call& call,
                                                                      const v1::ListReferralsRequest& request);
  const Parts& parts_;
};

}  // namespace nwd::referral
