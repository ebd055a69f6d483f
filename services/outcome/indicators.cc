#include "services/outcome/indicators.h"

#include <algorithm>
#include <array>

#include "common/base/check.h"

namespace nwd::outcome {
namespace {

constexpr std::array kCounters = std::to_array<CounterInfo>({
    {Counter::kReferralsSent, Source::kReferrals, true},
    {Counter::kReferralsAcknowledged, Source::kReferrals, true},
    {Counter::kReferralsAccepted, Source::kReferrals, true},
    {Counter::kReferralsDeclined, Source::kReferrals, true},
    {Counter::kReferralsStarted, Source::kReferrals, true},
    {Counter::kReferralsCompleted, Source::kReferrals, true},
    {Counter::kReferralsClosed, Source::kReferrals, true},
    {Counter::kOutcomes, Source::kOutcomes, true},
    {Counter::kJobStarts, Source::kOutcomes, true},
    {Counter::kPeopleRegistered, Source::kPeople, false},
    {Counter::kRepeatRegistrationsAvoided, Source::kPeople, false},
});

// By name: FindIndicator and the pages of ListIndicators rely on it.
constexpr std::array kIndicators = std::to_array<IndicatorInfo>({
    {"job-starts", "Jobs started, by the month the person started.", Counter::kJobStarts, {}},
    {"outcomes", "Outcomes of any kind, by the month they happened.", Counter::kOutcomes, {}},
    {"people-registered",
     "People registered, by the month of their first registration; whoever was registered more than once and found to "
     "be one counts once. For the hub only.",
     Counter::kPeopleRegistered,
     {}},
    {"referrals-accepted",
     "Referrals taken on by their receiver so far, by the month they were sent.",
     Counter::kReferralsAccepted,
     {}},
    {"referrals-acknowledged",
     "Referrals their receiver has looked at or decided on so far, by the month they were sent.",
     Counter::kReferralsAcknowledged,
     {}},
    {"referrals-closed",
     "Referrals over and acknowledged so far, by the month they were sent.",
     Counter::kReferralsClosed,
     {}},
    {"referrals-completed",
     "Referrals whose support ended as planned so far, by the month they were sent.",
     Counter::kReferralsCompleted,
     {}},
    {"referrals-declined",
     "Referrals declined by their receiver so far, by the month they were sent.",
     Counter::kReferralsDeclined,
     {}},
    {"referrals-sent",
     "Referrals by the month they were first sent. Those entered in error are left out.",
     Counter::kReferralsSent,
     {}},
    {"referrals-started",
     "Referrals whose support has started so far, by the month they were sent.",
     Counter::kReferralsStarted,
     {}},
    {"repeat-registrations-avoided",
     "Registrations of people whom the hub knew already, who did not need to tell their story again, by month. For the "
     "hub only.",
     Counter::kRepeatRegistrationsAvoided,
     {}},
    {"share-accepted", "Of the referrals sent in the period, the share taken on so far.", Counter::kReferralsAccepted,
     Counter::kReferralsSent},
    {"share-acknowledged", "Of the referrals sent in the period, the share looked at or decided on so far.",
     Counter::kReferralsAcknowledged, Counter::kReferralsSent},
    {"share-closed", "Of the referrals sent in the period, the share over and acknowledged so far.",
     Counter::kReferralsClosed, Counter::kReferralsSent},
});

static_assert(std::ranges::is_sorted(kIndicators, {}, &IndicatorInfo::name));

}  // namespace

std::span<const CounterInfo> Counters() { return kCounters; }

const CounterInfo& InfoOf(Counter counter) {
  const auto found = std::ranges::find(kCounters, counter, &CounterInfo::counter);
  NWD_CHECK(found != kCounters.end());
  return *found;
}

std::span<const IndicatorInfo> Indicators() { return kIndicators; }

const IndicatorInfo* FindIndicator(std::string_view name) {
  const auto found = std::ranges::lower_bound(kIndicators, name, {}, &IndicatorInfo::name);
  return found != kIndicators.end() && found->name == name ? &*found : nullptr;
}

}  // namespace nwd::outcome
