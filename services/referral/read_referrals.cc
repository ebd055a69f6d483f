// Showing referrals: one, lists, events and what is due. Lists carry no text; releasing the referrer's text to the
// receiver is a disclosure, judged and kept before the reply (text_release.h) and written to the audit log.
#include <algorithm>
#include <utility>

#include "common/base/macros.h"
#include "common/base/timestamps.h"
#include "common/status/status.h"
#include "common/store/proto_value.h"
#include "services/referral/keys.h"
#include "services/referral/limits.h"
#include "services/referral/paging.h"
#include "services/referral/party.h"
#include "services/referral/person_key.h"
#include "services/referral/referral_service.h"
#include "services/referral/repository.h"
#include "services/referral/text_release.h"
#include "services/referral/times.h"
#include "services/referral/visibility.h"

namespace nwd::referral {

using store::Direction;
using store::Visit;

async::Task<absl::StatusOr<v1::GetReferralResponse>> ReferralService::GetReferral(
    rpc::Call& call, const v1::GetReferralRequest& request) {
  NWD_CO_ASSIGN_OR_RETURN(Party party, co_await LoadForParty(parts_, call, request.referral_id()));
  storage::Referral& referral = party.referral;
  NWD_CO_ASSIGN_OR_RETURN(const person_keys::PersonKey key, co_await FindKey(parts_, referral.person_id()));
  if (key != nullptr && ReleasesText(referral, party.sides)) {
    NWD_CO_ASSIGN_OR_RETURN(const bool permitted, co_await ReleaseText(parts_, call, referral));
    auto body = [&](store::Txn& txn) -> absl::StatusOr<storage::Referral> {
      NWD_ASSIGN_OR_RETURN(storage::Referral current, GetForParty(txn, call, request.referral_id()));
      if (!permitted) current.set_access_ended(true);  // for this answer: what the follower will learn in a moment
      if (!ReleasesText(current, SidesOf(current, call))) return current;
      parts_.mover.Audit(txn, kTextDisclosed, current, "", DoerOf(call), *key);
      return current;
    };
    NWD_CO_ASSIGN_OR_RETURN(referral, co_await parts_.store.Update(body, call.deadline()));
  }
  v1::GetReferralResponse response;
  NWD_CO_ASSIGN_OR_RETURN(*response.mutable_referral(), Show(referral, SidesOf(referral, call), key));
  if (!party.person_ref.empty()) response.mutable_referral()->set_person_ref(party.person_ref);
  co_return response;
}

async::Task<absl::StatusOr<v1::GetReferralPartiesResponse>> ReferralService::GetReferralParties(
    rpc::Call&, const v1::GetReferralPartiesRequest& request) {
  auto body = [&](const store::Reader& reader) -> absl::StatusOr<v1::GetReferralPartiesResponse> {
    NWD_ASSIGN_OR_RETURN(const auto referral, repository::Find(reader, request.referral_id()));
    if (!referral) return status::Denied();
    v1::GetReferralPartiesResponse response;
    response.set_person_id(referral->person_id());
    response.set_referrer_organisation_id(referral->referrer_organisation_id());
    response.set_receiver_organisation_id(referral->receiver_organisation_id());
    response.set_state(referral->state());
    response.set_correlation_id(referral->correlation_id());
    *response.mutable_create_time() = MicrosToTimestamp(referral->create_time_us());
    return response;
  };
  co_return co_await parts_.store.View(body);
}

namespace {

// What of a list is wanted.
class Wanted {
 public:
  explicit Wanted(const v1::ListReferralsRequest& request) : side_(request.side()) {
    for (const int state : request.states()) states_ = states_ | static_cast<ReferralState>(state);
  }
  bool Has(bool as_referrer, bool as_receiver) const {
    if (side_ == v1::ListReferralsRequest::SIDE_REFERRER) return as_referrer;
    return side_ != v1::ListReferralsRequest::SIDE_RECEIVER || as_receiver;
  }
  bool Has(const storage::Referral& referral) const { return states_.empty() || states_.Has(referral.state()); }

 private:
  const v1::ListReferralsRequest::Side side_;
  States states_;
};

}  // namespace

async::Task<absl::StatusOr<v1::ListReferralsResponse>> ReferralService::ListReferrals(
    rpc::Call& call, const v1::ListReferralsRequest& request) {
  if (IsChannel(call)) co_return co_await ListOfPerson(call, request);
  std::vector<std::string> refs;  // of the person, where only theirs are wanted
  if (!request.person_ref().empty()) refs = co_await RefsOf(parts_, call, request.person_ref());
  call.ProveTie(common::v1::TIE_SELF);
  const std::string& organisation_id = call.organisation_id();
  const Wanted wanted(request);
  std::vector<std::string> prefixes;
  for (const std::string& ref : refs) prefixes.push_back(keys::PersonList(organisation_id, ref));
  Page<v1::ListReferralsRequest> page(parts_.tokens, call, request);

  auto body = [&](const store::Reader& reader) -> absl::StatusOr<v1::ListReferralsResponse> {
    v1::ListReferralsResponse response;
    auto show = [&](std::string_view key, std::string_view value) -> absl::StatusOr<bool> {
      NWD_ASSIGN_OR_RETURN(const storage::ListRow row, store::ParseValue<storage::ListRow>(key, value));
      if (!wanted.Has(row.as_referrer(), row.as_receiver())) return false;
      NWD_ASSIGN_OR_RETURN(const storage::Referral referral, repository::Get(reader, keys::LastId(key)));
      if (!wanted.Has(referral)) return false;
      *response.add_referrals() = ShowSummary(referral, SidesOf(referral, call));
      return true;
    };
    if (!prefixes.empty()) {
      NWD_ASSIGN_OR_RETURN(*response.mutable_next_page_token(), page.FillMerged(reader, prefixes, show));
      return response;
    }
    NWD_ASSIGN_OR_RETURN(const store::Range range, page.RangeAfter(store::PrefixRange(keys::List(organisation_id))));
    NWD_ASSIGN_OR_RETURN(*response.mutable_next_page_token(), page.Fill(reader, range, show));
    return response;
  };
  co_return co_await parts_.store.View(body);
}

// A person's own view, through a channel that they are enrolled with: whoever made the referral, from when it was sent.
async::Task<absl::StatusOr<v1::ListReferralsResponse>> ReferralService::ListOfPerson(
    rpc::Call& call, const v1::ListReferralsRequest& request) {
  if (request.person_ref().empty()) co_return status::InvalidField("person_ref", "is required of a resident channel");
  NWD_CO_ASSIGN_OR_RETURN(const std::vector<std::string> ids, co_await IdsOf(parts_, call, request.person_ref()));
  call.ProveTie(common::v1::TIE_SELF);
  const Wanted wanted(request);
  std::vector<std::string> prefixes;
  for (const std::string& id : ids) prefixes.push_back(keys::OfPerson(id));
  Page<v1::ListReferralsRequest> page(parts_.tokens, call, request);
  auto body = [&](const store::Reader& reader) -> absl::StatusOr<v1::ListReferralsResponse> {
    v1::ListReferralsResponse response;
    auto show = [&](std::string_view key, std::string_view) -> absl::StatusOr<bool> {
      NWD_ASSIGN_OR_RETURN(const storage::Referral referral, repository::Get(reader, keys::LastId(key)));
      const Actors sides = SidesOf(referral, call);
      const bool visible = !sides.empty() && wanted.Has(sides.Has(Actor::kReferrer), /*as_receiver=*/false);
      if (!visible || !wanted.Has(referral)) return false;
      *response.add_referrals() = ShowSummary(referral, sides);
      response.mutable_referrals()->rbegin()->set_person_ref(request.person_ref());
      return true;
    };
    NWD_ASSIGN_OR_RETURN(*response.mutable_next_page_token(), page.FillMerged(reader, prefixes, show));
    return response;
  };
  co_return co_await parts_.store.View(body);
}

async::Task<absl::StatusOr<v1::ListEventsResponse>> ReferralService::ListEvents(rpc::Call& call,
                                                                                const v1::ListEventsRequest& request) {
  if (IsChannel(call)) NWD_CO_RETURN_IF_ERROR((co_await LoadForParty(parts_, call, request.referral_id())).status());
  Page<v1::ListEventsRequest> page(parts_.tokens, call, request);
  NWD_CO_ASSIGN_OR_RETURN(const store::Range range,
                          page.RangeAfter(store::PrefixRange(keys::Events(request.referral_id()))));
  auto body = [&](const store::Reader& reader) -> absl::StatusOr<v1::ListEventsResponse> {
    NWD_ASSIGN_OR_RETURN(const storage::Referral referral, GetForParty(reader, call, request.referral_id()));
    const Actors sides = SidesOf(referral, call);
    v1::ListEventsResponse response;
    auto show = [&](std::string_view key, std::string_view value) -> absl::StatusOr<bool> {
      NWD_ASSIGN_OR_RETURN(const storage::Event event, store::ParseValue<storage::Event>(key, value));
      if (!ShowsEvent(referral, event.sequence(), sides)) return false;
      *response.add_events() = ShowEvent(request.referral_id(), event, call.organisation_id());
      return true;
    };
    NWD_ASSIGN_OR_RETURN(*response.mutable_next_page_token(), page.Fill(reader, range, show));
    return response;
  };
  co_return co_await parts_.store.View(body);
}

async::Task<absl::StatusOr<v1::ListDueResponse>> ReferralService::ListDue(rpc::Call& call,
                                                                          const v1::ListDueRequest& request) {
  call.ProveTie(common::v1::TIE_SELF);
  const std::string& organisation_id = call.organisation_id();
  const int64_t now_us = Micros(call.Now());
  const int64_t before_us = request.has_due_before() ? std::max(Micros(request.due_before()), now_us) : now_us;
  Page<v1::ListDueRequest> page(parts_.tokens, call, request);
  const store::Range due = {keys::Due(organisation_id), keys::DueBefore(organisation_id, before_us)};
  NWD_CO_ASSIGN_OR_RETURN(const store::Range range, page.RangeAfter(due));
  auto body = [&](const store::Reader& reader) -> absl::StatusOr<v1::ListDueResponse> {
    v1::ListDueResponse response;
    auto show = [&](std::string_view key, std::string_view) -> absl::StatusOr<bool> {
      NWD_ASSIGN_OR_RETURN(const storage::Referral referral, repository::Get(reader, keys::LastId(key)));
      *response.add_referrals() = ShowSummary(referral, SidesOf(referral, organisation_id));
      return true;
    };
    NWD_ASSIGN_OR_RETURN(*response.mutable_next_page_token(), page.Fill(reader, range, show));
    return response;
  };
  co_return co_await parts_.store.View(body);
}

}  // namespace nwd::referral
