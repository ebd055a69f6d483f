// One person whom a desk registered twice, over the four programs: once joined they are one wherever referrals are sent
// and listed and people are counted, and two again once they are split.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_format.h"
#include "common/calendar/london.h"
#include "common/status/status.h"
#include "nwd/outcome/v1/insight_service.pb.h"
#include "tests/e2e/operator_view.h"
#include "tests/e2e/things.h"

namespace nwd::e2e {
namespace {

namespace c = consent::v1;
namespace o = outcome::v1;
namespace r = referral::v1;

// A person as the referrer registered them the first time and the second, and what joins the two.
struct Twice {
  std::string first_ref;
  std::string second_ref;
  c::ConfirmMatchRequest joining;
};

class JoinedPeople : public ::testing::Test {
 protected:
  Twice RegisterTwice() {
    c::RegisterPersonRequest person = Person();
    Twice twice;
    twice.joining.set_nino(person.details().nino());
    twice.joining.set_person_present(true);
    twice.first_ref = world_.Do<c::RegisterPersonResponse>(kReferrer, person).person_ref();
    person.mutable_details()->clear_nino();
    const auto second = world_.Do<c::RegisterPersonResponse>(kReferrer, person);
    twice.second_ref = second.person_ref();
    registered_ += 2;
    twice.joining.set_match_token(second.possible_match().match_token());
    return twice;
  }
  void Join(const Twice& twice) { world_.Do<c::ConfirmMatchResponse>(kReferrer, twice.joining); }
  void Split(const std::string& person_ref) {
    c::SplitPersonRequest split;
    split.set_person_ref(person_ref);
    world_.Do<c::SplitPersonResponse>(kReferrer, split);
  }
  // Sends them to the receiver under one of their references, on a consent of its own.
  absl::Status Send(const std::string& person_ref) {
    const World::Consented consented = world_.ConsentOf(kReferrer, person_ref, {kReceiver}, /*standing=*/false);
    return world_.Call<r::CreateReferralResponse>(kReferrer, world_.ReferralRequest(consented)).status();
  }
  int Listed(const std::string& person_ref) {
    r::ListReferralsRequest list;
    list.set_person_ref(person_ref);
    return world_.Do<r::ListReferralsResponse>(kReferrer, list).referrals_size();
  }
  // How a release of this moment prints the people who were registered this month.
  o::Count::Kind PeoplePrinted() {
    const std::string& analyst = world_.HolderOf(common::v1::ROLE_ANALYST);
    const absl::CivilDay today = calendar::DayOf(absl::Now());
    o::CreateReleaseRequest release;
    release.set_month(absl::StrFormat("%04d-%02d", today.year(), today.month()));
    o::QueryIndicatorsRequest query;
    query.set_release_id(world_.Do<o::CreateReleaseResponse>(analyst, release).release_id());
    query.set_month(release.month());
    query.set_indicator("people-registered");
    query.set_cut(o::CUT_HUB);
    query.set_period(o::PERIOD_MONTH);
    return world_.Do<o::QueryIndicatorsResponse>(analyst, query).cells(0).count().kind();
  }

  World& world_ = World::Get();
  static int registered_;  // of the hub, which is this program's alone
};
int JoinedPeople::registered_ = 0;

TEST_F(JoinedPeople, AreOneWhereReferralsAreSentAndListedUntilTheyAreSplit) {
  const Twice ada = RegisterTwice();
  Join(ada);
  ASSERT_TRUE(Send(ada.first_ref).ok());
  const absl::Status again = Send(ada.first_ref);
  EXPECT_EQ(status::ReasonOf(again), "ALREADY_REFERRED");
  EXPECT_EQ(Send(ada.second_ref), again) << "as under the reference it was sent with";
  EXPECT_EQ(Listed(ada.second_ref), 1);
  Split(ada.second_ref);
  EXPECT_EQ(Listed(ada.second_ref), 0);
  const absl::Status sent = Send(ada.second_ref);
  EXPECT_TRUE(sent.ok()) << sent;
}

// The receiver knows the one. What it is sent of the other, while they are one, it sees under the reference it has; after
// the split under that of whom it is about.
TEST_F(JoinedPeople, AReferralIsFiledUnderWhomItIsAboutOnceTheyAreSplit) {
  c::RegisterPersonRequest person = Person();
  const std::string knows = world_.Do<c::RegisterPersonResponse>(kReceiver, person).person_ref();
  c::ConfirmMatchRequest joining;
  joining.set_nino(person.details().nino());
  joining.set_person_present(true);
  person.mutable_details()->clear_nino();
  const auto other = world_.Do<c::RegisterPersonResponse>(kReferrer, person);
  registered_ += 2;
  joining.set_match_token(other.possible_match().match_token());
  world_.Do<c::ConfirmMatchResponse>(kReferrer, joining);

  const World::Consented consented = world_.ConsentOf(kReferrer, other.person_ref(), {kReceiver}, /*standing=*/false);
  const auto sent = world_.Do<r::CreateReferralResponse>(kReferrer, world_.ReferralRequest(consented));
  r::TransitionReferralRequest accept;
  accept.set_referral_id(sent.referral_id());
  r::GetReferralRequest get;
  get.set_referral_id(sent.referral_id());
  accept.set_etag(world_.Do<r::GetReferralResponse>(kReceiver, get).referral().etag());
  accept.set_action(r::REFERRAL_ACTION_ACCEPT);
  world_.Do<r::TransitionReferralResponse>(kReceiver, accept);
  ASSERT_EQ(world_.Do<r::GetReferralResponse>(kReceiver, get).referral().person_ref(), knows);

  Split(other.person_ref());
  const std::string theirs = world_.RefOf(kReferrer, other.person_ref(), kReceiver);
  ASSERT_NE(theirs, knows);
  EXPECT_TRUE(
      Eventually([&] { return world_.Do<r::GetReferralResponse>(kReceiver, get).referral().person_ref() == theirs; }));
  r::ListReferralsRequest list;
  list.set_person_ref(knows);
  EXPECT_EQ(world_.Do<r::ListReferralsResponse>(kReceiver, list).referrals_size(), 0);
}

TEST_F(JoinedPeople, AreCountedOnceUntilTheyAreSplit) {
  const Twice ben = RegisterTwice();
  while (registered_ < 8) {
    world_.Register(kReferrer);
    ++registered_;
  }
  EXPECT_TRUE(Eventually([&] { return PeoplePrinted() == o::Count::KIND_ROUNDED; })) << "eight are printed";
  Join(ben);
  EXPECT_TRUE(Eventually([&] { return PeoplePrinted() == o::Count::KIND_SUPPRESSED; })) << "seven are not";
  Split(ben.second_ref);
  EXPECT_TRUE(Eventually([&] { return PeoplePrinted() == o::Count::KIND_ROUNDED; })) << "eight again";
}

}  // namespace
}  // namespace nwd::e2e
