#include "services/outcome/referrals.h"

#include <algorithm>
#include <set>

#include "absl/strings/strip.h"
#include "absl/time/civil_time.h"
#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/base/timestamps.h"
#include "common/calendar/london.h"
#include "common/store/proto_value.h"
#include "services/outcome/keys.h"
#include "services/outcome/milestones.h"

namespace nwd::outcome {
namespace {

constexpr std::string_view kDraft = "DRAFT";
constexpr std::string_view kInError = "ENTERED_IN_ERROR";
constexpr int64_t kMade = 1;  // the number of a referral's first event

void Put(store::Txn& txn, ids::Uuid referral, const storage::ReferralRow& row) {
  store::PutMessage(txn, keys::Referral(referral), row);
}

// The referrals that grew out of one with this, as far as they were sent.
absl::StatusOr<std::vector<storage::ReferralRow>> SentOfChain(const store::Reader& reader,
                                                              const storage::ReferralRow& referral) {
  std::vector<storage::ReferralRow> sent;
  const std::optional<ids::Uuid> correlation = ids::Uuid::Parse(referral.correlation_id());
  if (!correlation) return sent;
  const std::string prefix = keys::ChainPrefix(*correlation);
  std::vector<ids::Uuid> chain;
  NWD_RETURN_IF_ERROR(
      reader.Scan(store::PrefixRange(prefix), store::Direction::kForward, [&](std::string_view key, std::string_view) {
        const std::optional<ids::Uuid> link = ids::Uuid::FromBytes(key.substr(prefix.size()));
        if (link) chain.push_back(*link);
        return store::Visit::kContinue;
      }));
  for (const ids::Uuid link : chain) {
    NWD_ASSIGN_OR_RETURN(std::optional<storage::ReferralRow> row, Referrals::Find(reader, link));
    if (row && row->sent_month() != 0 && !row->in_error()) sent.push_back(*std::move(row));
  }
  return sent;
}

// By its state, and by what it says of the way there: whoever hears of it only when it is restated knows no more.
uint32_t ReachedBy(const common::v1::ReferralChange& change) {
  uint32_t reached = MilestonesOf(change.to_state());
  if (change.has_send_time()) reached |= kSent;
  if (change.accepted()) reached |= kAcknowledged | kAccepted;
  return reached;
}

}  // namespace

absl::StatusOr<ids::Uuid> IdOf(std::string_view field, std::string_view text) {
  const std::optional<ids::Uuid> id = ids::Uuid::Parse(text);
  if (!id) return absl::DataLossError(Cat("a change from one of our services has no id in ", field));
  return *id;
}

bool IsReceiver(const storage::ReferralRow& referral, std::string_view organisation_id) {
  return !organisation_id.empty() && referral.receiver_organisation_id() == organisation_id &&
         referral.state() != kDraft;
}

bool IsParty(const storage::ReferralRow& referral, std::string_view organisation_id) {
  return (!organisation_id.empty() && referral.referrer_organisation_id() == organisation_id) ||
         IsReceiver(referral, organisation_id);
}

absl::StatusOr<std::optional<storage::ReferralRow>> Referrals::Find(const store::Reader& reader, ids::Uuid referral) {
  return store::Find<storage::ReferralRow>(reader, keys::Referral(referral));
}

absl::StatusOr<bool> Referrals::Apply(store::Txn& txn, const common::v1::ReferralChange& change,
                                      absl::Time time) const {
  NWD_ASSIGN_OR_RETURN(const ids::Uuid referral, IdOf("referral_id", change.referral_id()));
  NWD_ASSIGN_OR_RETURN(const ids::Uuid correlation, IdOf("correlation_id", change.correlation_id()));
  NWD_ASSIGN_OR_RETURN(std::optional<storage::ReferralRow> known, Find(txn, referral));
  storage::ReferralRow row = known ? *std::move(known) : storage::ReferralRow();
  if (change.sequence() <= row.sequence()) return false;
  row.set_sequence(change.sequence());
  row.set_correlation_id(change.correlation_id());
  row.set_person_id(change.person_id());
  row.set_referrer_organisation_id(change.referrer_organisation_id());
  row.set_receiver_organisation_id(change.receiver_organisation_id());
  row.set_service_id(change.service_id());
  row.set_state(change.to_state());
  if (change.sequence() == kMade) row.set_made_on(absl::FormatCivilTime(calendar::DayOf(time)));
  const uint32_t reached = ReachedBy(change);
  if (reached & kAccepted) row.set_accepted(true);
  if (row.sent_month() == 0 && (reached & kSent)) {
    row.set_sent_month(MonthOf(change.has_send_time() ? FromTimestamp(change.send_time()) : time));
    row.set_borough(change.borough());
    *row.mutable_priority_groups() = change.priority_groups();
    row.set_entry_channel(change.entry_channel());
    NWD_RETURN_IF_ERROR(counts_.Begin(txn, Source::kReferrals, row.sent_month()));
    NWD_RETURN_IF_ERROR(counts_.Begin(txn, Source::kOutcomes, row.sent_month()));
  }
  if (change.to_state() == kInError) {
    row.set_in_error(true);
    NWD_RETURN_IF_ERROR(TakeBack(txn, row));
  } else {
    NWD_RETURN_IF_ERROR(Count(txn, row, reached));
  }
  Put(txn, referral, row);
  txn.Put(keys::ChainLink(correlation, referral), "");
  return true;
}

absl::Status Referrals::Count(store::Txn& txn, storage::ReferralRow& row, uint32_t reached) const {
  if (row.sent_month() == 0 || row.in_error()) return absl::OkStatus();
  for (const MilestoneInfo& info : Milestones()) {
    if (!(reached & info.milestone) || (row.milestones() & info.milestone)) continue;
    NWD_RETURN_IF_ERROR(counts_.AddCut(txn, info.counter, row.sent_month(), 1, row));
    row.set_milestones(row.milestones() | info.milestone);
  }
  return absl::OkStatus();
}

absl::Status Referrals::TakeBack(store::Txn& txn, storage::ReferralRow& row) const {
  for (const MilestoneInfo& info : Milestones()) {
    if (row.milestones() & info.milestone)
      NWD_RETURN_IF_ERROR(counts_.AddCut(txn, info.counter, row.sent_month(), -1, row));
  }
  row.set_milestones(0);
  return absl::OkStatus();
}

storage::ReferralRow Referrals::FromParties(const referral::v1::GetReferralPartiesResponse& parties) {
  storage::ReferralRow row;
  row.set_correlation_id(parties.correlation_id());
  row.set_person_id(parties.person_id());
  row.set_referrer_organisation_id(parties.referrer_organisation_id());
  row.set_receiver_organisation_id(parties.receiver_organisation_id());
  row.set_state(std::string(absl::StripPrefix(referral::v1::ReferralState_Name(parties.state()), "REFERRAL_STATE_")));
  row.set_accepted((MilestonesOf(row.state()) & kAccepted) != 0);
  row.set_in_error(row.state() == kInError);
  row.set_made_on(absl::FormatCivilTime(calendar::DayOf(FromTimestamp(parties.create_time()))));
  return row;
}

absl::Status Referrals::NoteParties(store::Txn& txn, ids::Uuid referral, const storage::ReferralRow& parties) {
  NWD_ASSIGN_OR_RETURN(std::optional<storage::ReferralRow> known, Find(txn, referral));
  if (!known) {
    Put(txn, referral, parties);
  } else if (known->made_on().empty() && !parties.made_on().empty()) {
    known->set_made_on(parties.made_on());
    Put(txn, referral, *known);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> Referrals::Chain(const store::Reader& reader,
                                                          const storage::ReferralRow& referral) {
  std::set<std::string> organisations{referral.referrer_organisation_id(), referral.receiver_organisation_id()};
  NWD_ASSIGN_OR_RETURN(const std::vector<storage::ReferralRow> sent, SentOfChain(reader, referral));
  for (const storage::ReferralRow& row : sent) {
    organisations.insert(row.referrer_organisation_id());
    organisations.insert(row.receiver_organisation_id());
  }
  organisations.erase("");
  return std::vector<std::string>(organisations.begin(), organisations.end());
}

absl::StatusOr<std::string> Referrals::FirstMadeOn(const store::Reader& reader, const storage::ReferralRow& referral) {
  std::string first = referral.made_on();
  NWD_ASSIGN_OR_RETURN(const std::vector<storage::ReferralRow> sent, SentOfChain(reader, referral));
  for (const storage::ReferralRow& row : sent) first = std::min(first, row.made_on());
  return first;
}

absl::Status Referrals::Forget(store::Txn& txn, ids::Uuid referral) {
  NWD_ASSIGN_OR_RETURN(std::optional<storage::ReferralRow> row, Find(txn, referral));
  if (!row || row->person_id().empty()) return absl::OkStatus();
  row->clear_person_id();
  Put(txn, referral, *row);
  return absl::OkStatus();
}

}  // namespace nwd::outcome
