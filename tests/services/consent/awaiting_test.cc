// What awaits an organisation's approval comes to it, whoever it is about.
#include "services/consent/awaiting.h"

#include "services/consent/joins.h"
#include "services/consent/keys.h"
#include "tests/services/consent/authority_desk.h"

namespace nwd::consent {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class AwaitingTest : public AuthorityTest {
 protected:
  v1::AuthorityTerms EndingAfter(int days) const {
    v1::AuthorityTerms terms = Terms();
    *terms.mutable_valid_until() = ToTimestamp(now() + absl::Hours(24 * days));
    return terms;
  }
  // Of an index, whoever's.
  int Rows(char keyspace) {
    int rows = 0;
    const auto count = [&](const store::Reader& reader) {
      rows = 0;
      return reader.Scan(store::PrefixRange({&keyspace, 1}), store::Direction::kForward,
                         [&](std::string_view, std::string_view) { return ++rows, store::Visit::kContinue; });
    };
    EXPECT_TRUE(async::BlockOn(desk_.store().View(count)).ok());
    return rows;
  }
};

TEST_F(AwaitingTest, WhoCouldApproveFindsItUnderTheirOwnReferenceAndNobodyElseDoes) {
  const std::string id = Asserted();
  const auto listed = ListAwaiting("trust");
  ASSERT_TRUE(listed.ok()) << listed.status();
  ASSERT_THAT(listed->authorities(), SizeIs(1));
  EXPECT_EQ(listed->authorities(0).authority_id(), id);
  EXPECT_EQ(listed->authorities(0).person_ref(), trust_ref_);
  EXPECT_EQ(listed->authorities(0).terms().SerializeAsString(), Terms().SerializeAsString());
  EXPECT_TRUE(listed->authorities(0).awaits_caller());
  EXPECT_THAT(Awaiting("lambeth"), IsEmpty()) << "asserted it";
  EXPECT_THAT(Awaiting("college"), IsEmpty()) << "receives by it";
  EXPECT_THAT(Awaiting("stranger"), IsEmpty()) << "does not hold the person";
}

TEST_F(AwaitingTest, AnEmployerIsNotAskedWhyABoroughShares) {
  desk_.Add("shop", common::v1::ORGANISATION_KIND_EMPLOYER);
  desk_.Register("shop", "Ada Lovelace", "AB123456C");
  Asserted();
  EXPECT_THAT(Awaiting("shop"), IsEmpty());
}

TEST_F(AwaitingTest, WhatWasApprovedEndedOverturnedOrObjectedToAwaitsNobody) {
  const std::string approved = Asserted(), ended = Asserted(), overturned = Asserted(), objected = Asserted();
  ASSERT_THAT(Awaiting("trust"), SizeIs(4));
  ASSERT_TRUE(Approve("trust", approved).ok());
  ASSERT_TRUE(End("lambeth", ended).ok());
  ASSERT_TRUE(Overturn("trust", overturned).ok());
  ASSERT_TRUE(Object("lambeth", objected).ok());
  EXPECT_THAT(Awaiting("trust"), IsEmpty());
  EXPECT_EQ(Rows(keys::kAuthorityAwaiting), 0);
}

TEST_F(AwaitingTest, TheFirstToEndComesFirstAndPagesFollowEachOther) {
  const std::string last = Asserted(EndingAfter(80)), first = Asserted(EndingAfter(20)),
                    then = Asserted(EndingAfter(40));
  EXPECT_THAT(Awaiting("trust"), ElementsAre(first, then, last));
  const auto page = ListAwaiting("trust", 2);
  ASSERT_TRUE(page.ok()) << page.status();
  ASSERT_THAT(page->authorities(), SizeIs(2));
  const auto rest = ListAwaiting("trust", 2, page->next_page_token());
  ASSERT_TRUE(rest.ok()) << rest.status();
  ASSERT_THAT(rest->authorities(), SizeIs(1));
  EXPECT_EQ(rest->authorities(0).authority_id(), last);
  EXPECT_EQ(rest->next_page_token(), "");
  EXPECT_THAT(ListAwaiting("college", 2, page->next_page_token()),
              Refused(absl::StatusCode::kInvalidArgument, "INVALID_TOKEN"));
}

TEST_F(AwaitingTest, WhoseTimeIsOverAwaitsNobodyAndIsForgottenWithTheNext) {
  Asserted(EndingAfter(1));
  desk_.clock().Advance(absl::Hours(24));
  EXPECT_THAT(Awaiting("trust"), IsEmpty());
  const std::string next = Asserted();
  EXPECT_THAT(Awaiting("trust"), ElementsAre(next));
  EXPECT_EQ(Rows(keys::kAuthorityAwaiting), 1);
  EXPECT_EQ(Rows(keys::kAuthorityStanding), 1);
}

TEST_F(AwaitingTest, WhoHoldsThePersonUnderAnotherIdIsAskedToo) {
  desk_.Add("clinic", common::v1::ORGANISATION_KIND_HEALTH);
  const std::string other_ref = desk_.Register("clinic", "Augusta King");
  const ids::Uuid a = IdIn(desk_.PersonId("lambeth", ref_)), b = IdIn(desk_.PersonId("clinic", other_ref));
  const auto join = [&](store::Txn& txn) { return joins::Join(txn, b, a); };
  ASSERT_TRUE(*async::BlockOn(desk_.store().Update(join)));
  const std::string id = Asserted();
  const auto listed = ListAwaiting("clinic");
  ASSERT_TRUE(listed.ok()) << listed.status();
  ASSERT_THAT(listed->authorities(), SizeIs(1));
  EXPECT_EQ(listed->authorities(0).authority_id(), id);
  EXPECT_EQ(listed->authorities(0).person_ref(), other_ref);
}

TEST_F(AwaitingTest, AnOrganisationThatLeftIsNotAsked) {
  access::Organisation trust = *desk_.registry().FindById(desk_.IdOf("trust"));
  trust.state = common::v1::ORGANISATION_STATE_LEFT;
  desk_.registry().Set(trust);
  Asserted();
  EXPECT_EQ(Rows(keys::kAuthorityAwaiting), 0);
}

}  // namespace
}  // namespace nwd::consent
