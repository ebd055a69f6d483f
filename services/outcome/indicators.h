// The indicators of the hub: one table, from which ListIndicators answers, counting counts and releases freeze.
//
// A counter is an exact figure by month, kept incrementally; an indicator publishes one counter, or two as a share.
// Figures about referrals count in the month in which the referral was first sent (a cohort), whenever the rest
// happened: so a share's parts are of the same referrals, and a later release may know more of the same month.
// Constant: any thread reads it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "nwd/outcome/v1/insight_service.pb.h"

namespace nwd::outcome {

// Stored in keys: numbers never change their meaning.
enum class Counter : uint8_t {
  kReferralsSent = 1,
  kReferralsAcknowledged = 2,
  kReferralsAccepted = 3,
  kReferralsDeclined = 4,
  kReferralsStarted = 5,
  kReferralsCompleted = 6,
  kReferralsClosed = 7,
  kOutcomes = 8,
  kJobStarts = 9,
  kPeopleRegistered = 10,
  kRepeatRegistrationsAvoided = 11,
};

// Where a counter's figures come from. Before a source's first month they are missing, not zero. Stored in keys.
enum class Source : uint8_t {
  kReferrals = 1,
  kOutcomes = 2,
  kPeople = 3,
};

struct CounterInfo {
  Counter counter;
  Source source;
  bool cuts;  // also kept by borough, priority group and entry channel; else for the hub only
};

struct IndicatorInfo {
  std::string_view name;
  std::string_view description;
  Counter counter;                     // for a share: its numerator
  std::optional<Counter> denominator;  // for a share
};

std::span<const CounterInfo> Counters();
const CounterInfo& InfoOf(Counter counter);

// By name.
std::span<const IndicatorInfo> Indicators();
// Null where there is none of the name.
const IndicatorInfo* FindIndicator(std::string_view name);

}  // namespace nwd::outcome
