#include "services/consent/keys.h"

#include <gtest/gtest.h>

#include "absl/strings/escaping.h"
#include "common/base/strings.h"

namespace nwd::consent::keys {
namespace {

const Uuid kA = *Uuid::Parse("11111111-1111-1111-1111-111111111111");
const Uuid kB = *Uuid::Parse("22222222-2222-2222-2222-222222222222");
const Uuid kC = *Uuid::Parse("33333333-3333-3333-3333-333333333333");
constexpr char kAHex[] = "11111111111111111111111111111111";
constexpr char kBHex[] = "22222222222222222222222222222222";
constexpr char kCHex[] = "33333333333333333333333333333333";

std::string Hex(const std::string& key) { return absl::BytesToHexString(key); }

TEST(Keys, AreTheBytesThatWereKeptFromTheStart) {
  EXPECT_EQ(Hex(Person(kA)), Cat("70", kAHex));
  EXPECT_EQ(Hex(Holder(kA, kB)), Cat("68", kAHex, kBHex));
  EXPECT_EQ(Hex(Identifier('n', "\x01\x02", kA)), Cat("69", "6e", "0102", kAHex));
  EXPECT_EQ(Hex(Consent(kA)), Cat("63", kAHex));
  EXPECT_EQ(Hex(Terms(kA)), Cat("74", kAHex));
  EXPECT_EQ(Hex(ConsentOfPerson(kA, 5, kB)), Cat("6e", kAHex, "fffffffffffffffa", kBHex));
  EXPECT_EQ(Hex(Authority(kA)), Cat("61", kAHex));
  EXPECT_EQ(Hex(AuthorityOfPerson(kA, 5, kB)), Cat("73", kAHex, "fffffffffffffffa", kBHex));
  EXPECT_EQ(Hex(AuthorityStanding(kA, 5, kB)), Cat("38", kAHex, "0000000000000005", kBHex));
  EXPECT_EQ(Hex(AuthorityAwaiting(kA, 5, kB)), Cat("39", kAHex, "0000000000000005", kBHex));
  EXPECT_EQ(Hex(ConsentEnd(5, kA)), Cat("65", "0000000000000005", kAHex));
  EXPECT_EQ(Hex(Receipt(kA, 5)), Cat("7a", kAHex, "fffffffffffffffa"));
  EXPECT_EQ(Hex(TextsNamed("\x0a")), "780a");
  EXPECT_EQ(Hex(Grant(kA, kB, kC)), Cat("67", kAHex, kBHex, kCHex));
  EXPECT_EQ(Hex(Record(kA, common::v1::CATEGORY_SKILLS, kB)), Cat("72", kAHex, "05", kBHex));
  EXPECT_EQ(Hex(RecordVersion(kA, common::v1::CATEGORY_SKILLS, kB, 1)),
            Cat("76", kAHex, "05", kBHex, "fffffffffffffffe"));
  EXPECT_EQ(Hex(Disclosure(kA, 5, kB)), Cat("64", kAHex, "fffffffffffffffa", kBHex));
  EXPECT_EQ(Hex(DisclosureOfRecipient(kA, 5, kB)), Cat("62", kAHex, "fffffffffffffffa", kBHex));
  EXPECT_EQ(Hex(Notice(kA, 7)), Cat("6d", kAHex, "0000000000000007"));
  EXPECT_EQ(Hex(NoticeOfPerson(kA, 5, kB)), Cat("2a", kAHex, "fffffffffffffffa", kBHex));
  EXPECT_EQ(Hex(EmergencyOfPerson(kA, 5, kB)), Cat("40", kAHex, "fffffffffffffffa", kBHex));
  EXPECT_EQ(Hex(Case(kA)), Cat("3d", kAHex));
  EXPECT_EQ(Hex(CaseOfPerson(kA, 5, kB)), Cat("25", kAHex, "fffffffffffffffa", kBHex));
  EXPECT_EQ(Hex(CaseOfHandler(kA, 'a', 5, kB)), Cat("26", kAHex, "61", "0000000000000005", kBHex));
  EXPECT_EQ(Hex(CaseDue(5, kA)), Cat("21", "0000000000000005", kAHex));
  EXPECT_EQ(Hex(Restrictions(kA)), Cat("7e", kAHex));
  EXPECT_EQ(Hex(Erasure(kA)), Cat("3f", kAHex));
  EXPECT_EQ(Hex(ErasureOpen(kA)), Cat("2f", kAHex));
  EXPECT_EQ(Hex(ErasureListed('a', 5, kA)), Cat("3a", "61", "0000000000000005", kAHex));
  EXPECT_EQ(Hex(ErasedPerson(kA)), Cat("24", kAHex));
  EXPECT_EQ(Hex(NoticeSequence(kA)), Cat("71", kAHex));
  EXPECT_EQ(Hex(NoticePlace(kA)), Cat("6b", kAHex));
  EXPECT_EQ(Hex(OpenNotice(kA, 7)), Cat("75", kAHex, "0000000000000007"));
  EXPECT_EQ(Hex(NoticeStep(5, kA, 7)), Cat("30", "0000000000000005", kAHex, "0000000000000007"));
  EXPECT_EQ(Hex(NoticeStepsAfter(5)), "300000000000000006");
  EXPECT_EQ(Hex(OverdueNotice(5, kA, 7)), Cat("2b", "0000000000000005", kAHex, "0000000000000007"));
  EXPECT_EQ(Hex(NoticeCounts()), "2d");
  EXPECT_EQ(Hex(Joins(kA)), Cat("6a", kAHex));
  EXPECT_EQ(Hex(Block("\x01\x02", kA)), Cat("79", "0102", kAHex));
  EXPECT_EQ(Hex(PossibleMatch(kA)), Cat("77", kAHex));
  EXPECT_EQ(Hex(PossibleMatchEnd(5, kA)), Cat("6f", "0000000000000005", kAHex));
  EXPECT_EQ(Hex(MatchBudget(5, kA)), Cat("6c", "0000000000000005", kAHex));
  EXPECT_EQ(Hex(Emergency(kA)), Cat("33", kAHex));
  EXPECT_EQ(Hex(EmergencyByTime(5, kA)), Cat("34", "fffffffffffffffa", kAHex));
  EXPECT_EQ(Hex(EmergencyUnreviewed(5, kA)), Cat("35", "0000000000000005", kAHex));
  EXPECT_EQ(Hex(EmergencyOfOrganisation(kA, 5, kB)), Cat("37", kAHex, "fffffffffffffffa", kBHex));
  EXPECT_EQ(Hex(Enrolment(kA, kB)), Cat("66", kAHex, kBHex));
  EXPECT_EQ(Hex(ChannelCode(kA, kB)), Cat("31", kAHex, kBHex));
  EXPECT_EQ(Hex(ChannelCodeHash("\x01\x02")), Cat("36", "0102"));
  EXPECT_EQ(Hex(CorroborationCode(kA)), Cat("32", kAHex));
}

TEST(Keys, NewestComesFirst) {
  EXPECT_LT(Disclosure(kA, 200, kB), Disclosure(kA, 100, kB));
  EXPECT_LT(ConsentOfPerson(kA, 200, kB), ConsentOfPerson(kA, 100, kB));
  EXPECT_LT(AuthorityOfPerson(kA, 200, kB), AuthorityOfPerson(kA, 100, kB));
  EXPECT_LT(Receipt(kA, 2), Receipt(kA, 1));
  EXPECT_LT(EmergencyByTime(200, kB), EmergencyByTime(100, kA));
  EXPECT_LT(EmergencyOfOrganisation(kA, 200, kC), EmergencyOfOrganisation(kA, 100, kB));
}

TEST(Keys, AnAuthorityWhoseTimeIsOverNowStandsNoMore) {
  EXPECT_LT(AuthorityStanding(kA, 100, kC), AuthoritiesStandingAfter(kA, 100));
  EXPECT_GE(AuthorityStanding(kA, 101, kB), AuthoritiesStandingAfter(kA, 100));
  EXPECT_EQ(AuthorityStanding(kA, 101, kB).rfind(AuthoritiesStanding(kA), 0), 0u);
  EXPECT_LT(AuthorityAwaiting(kA, 100, kC), AuthoritiesAwaitingAfter(kA, 100));
  EXPECT_GE(AuthorityAwaiting(kA, 101, kB), AuthoritiesAwaitingAfter(kA, 100));
  EXPECT_EQ(AuthorityAwaiting(kA, 101, kB).rfind(AuthoritiesAwaiting(kA), 0), 0u);
}

TEST(Keys, AReviewThatIsDueNowIsDue) {
  EXPECT_LT(EmergencyUnreviewed(100, kC), EmergenciesDueAfter(100));
  EXPECT_GE(EmergencyUnreviewed(101, kA), EmergenciesDueAfter(100));
}

TEST(Keys, ACaseThatIsDueNowIsOverdue) {
  EXPECT_LT(CaseDue(100, kC), CasesDueAfter(100));
  EXPECT_GE(CaseDue(101, kA), CasesDueAfter(100));
}

TEST(Keys, WhatEndsNowHasEnded) {
  EXPECT_LT(ConsentEnds(), ConsentEnd(0, kA));
  EXPECT_LT(ConsentEnd(100, kB), ConsentEndsAfter(100));
  EXPECT_GE(ConsentEnd(101, kA), ConsentEndsAfter(100));
}

TEST(Keys, NotAfterBeginsAtTheTimeItself) {
  const std::string from = NotAfter(DisclosuresOfPerson(kA), 100);
  EXPECT_LE(from, Disclosure(kA, 100, kB));
  EXPECT_GT(from, Disclosure(kA, 101, kB));
}

}  // namespace
}  // namespace nwd::consent::keys
