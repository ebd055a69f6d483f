#include "services/referral/referral_service.h"

namespace nwd::referral {

void ReferralService::Register(rpc::Router& router) {
  router.Unary(this, &ReferralService::CreateReferral,
               [this](const rpc::Call&, const v1::CreateReferralRequest& request) { return CheckWords(request); });
  router.Unary(this, &ReferralService::GetReferral);
  router.Unary(this, &ReferralService::GetReferralParties);
  router.Unary(this, &ReferralService::ListReferrals);
  router.Unary(this, &ReferralService::TransitionReferral, CheckTransition);
  router.Unary(this, &ReferralService::AddNote);
  router.Unary(this, &ReferralService::ListNotes);
  router.Unary(this, &ReferralService::ListEvents);
  router.Stream(this, &ReferralService::WatchReferrals);
  router.Unary(this, &ReferralService::ListDue);
}

}  // namespace nwd::referral
