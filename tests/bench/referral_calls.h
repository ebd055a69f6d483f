// Referrals of the job centre to the college, each of another person to another service, so that none meets an open
// one.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "nwd/referral/v1/referral_service.pb.h"
#include "tests/bench/bench.h"
#include "tests/bench/fixture.h"
#include "tests/bench/population.h"

namespace nwd::bench {

// How many pairs of person and service there are, and so how many referrals can be open at once.
uint64_t ReferralsMax(const Fixture& hub, const Population& people);
// The turn's pair; `turn` must be less than ReferralsMax.
referral::v1::CreateReferralRequest CreateOf(const Fixture& hub, const Population& people, uint64_t turn);

// What the transition bench moves.
struct SentReferral {
  Id referral_id;
  std::string etag;
};

// Sends as many as asked for, of the pairs from `first_turn` on.
absl::StatusOr<std::vector<SentReferral>> Send(Fixture& hub, const Population& people, uint64_t first_turn,
                                               uint64_t count);

}  // namespace nwd::bench
