// Golden bytes: a key that changes loses what was stored under it.
#include "services/referral/keys.h"

#include <gtest/gtest.h>

#include "absl/strings/escaping.h"
#include "common/base/strings.h"

namespace nwd::referral {
namespace {

constexpr char kA[] = "0a0a0a0a-0a0a-4a0a-8a0a-0a0a0a0a0a0a";
constexpr char kB[] = "0b0b0b0b-0b0b-4b0b-8b0b-0b0b0b0b0b0b";
constexpr char kC[] = "0c0c0c0c-0c0c-4c0c-8c0c-0c0c0c0c0c0c";
constexpr char kRawA[] = "0a0a0a0a0a0a4a0a8a0a0a0a0a0a0a0a";
constexpr char kRawB[] = "0b0b0b0b0b0b4b0b8b0b0b0b0b0b0b0b";
constexpr char kRawC[] = "0c0c0c0c0c0c4c0c8c0c0c0c0c0c0c0c";
constexpr char kTime[] = "0000000000000102";
constexpr char kTimeDown[] = "fffffffffffffefd";

std::string Hex(const std::string& key) {
  return Cat(std::string(1, key[0]), " ", absl::BytesToHexString(key.substr(1)));
}

TEST(Keys, HaveTheirGoldenBytes) {
  EXPECT_EQ(Hex(keys::Referral(kA)), Cat("r ", kRawA));
  EXPECT_EQ(Hex(keys::Event(kA, 0x102)), Cat("e ", kRawA, kTime));
  EXPECT_EQ(Hex(keys::Note(kA, 0x102, kB)), Cat("n ", kRawA, kTime, kRawB));
  EXPECT_EQ(Hex(keys::ListEntry(kA, 0x102, kB)), Cat("l ", kRawA, kTimeDown, kRawB));
  EXPECT_EQ(Hex(keys::PersonListEntry(kA, "p1_x", 0x102, kB)), Cat("p ", kRawA, "70315f7800", kTimeDown, kRawB));
  EXPECT_EQ(Hex(keys::Open(kA, kB, kC)), Cat("o ", kRawA, kRawB, kRawC));
  EXPECT_EQ(Hex(keys::OfPersonEntry(kA, 0x102, kB)), Cat("i ", kRawA, kTimeDown, kRawB));
  EXPECT_EQ(Hex(keys::OfBasisEntry(kA, kB)), Cat("c ", kRawA, kRawB));
  EXPECT_EQ(Hex(keys::EndedBasis(kA)), Cat("k ", kRawA));
  EXPECT_EQ(Hex(keys::Predecessor(kA)), Cat("v ", kRawA));
  EXPECT_EQ(Hex(keys::EndedBasisWaiting(kA)), Cat("w ", kRawA));
  EXPECT_EQ(Hex(keys::ErasedPerson(kA)), Cat("x ", kRawA));
  EXPECT_EQ(Hex(keys::ErasedPersonWaiting(kA)), Cat("y ", kRawA));
  EXPECT_EQ(Hex(keys::Places(kA)), Cat("s ", kRawA));
  EXPECT_EQ(Hex(keys::DueEntry(kA, 0x102, kB)), Cat("d ", kRawA, kTime, kRawB));
  EXPECT_EQ(Hex(keys::Timer(0x102, kB)), Cat("t ", kTime, kRawB));
  EXPECT_EQ(Hex(keys::Closing(0x102, kB)), Cat("q ", kTime, kRawB));
  EXPECT_EQ(Hex(keys::Appointment(kA)), Cat("a ", kRawA));
  EXPECT_EQ(Hex(keys::AppointmentEntry(kA, 0x102, kB)), Cat("b ", kRawA, kTime, kRawB));
}

TEST(Keys, EndWithTheIdTheyLeadTo) {
  EXPECT_EQ(keys::LastId(keys::ListEntry(kA, 0x102, kB)), kB);
  EXPECT_EQ(keys::LastId(keys::Timer(0x102, kC)), kC);
  EXPECT_EQ(keys::LastId("short"), "");
}

TEST(Keys, NewerReferralsSortFirstInListsAndEarlierDueTimesFirst) {
  EXPECT_LT(keys::ListEntry(kA, 2, kB), keys::ListEntry(kA, 1, kB));
  EXPECT_LT(keys::DueEntry(kA, 1, kB), keys::DueEntry(kA, 2, kB));
  EXPECT_LT(keys::DueEntry(kA, 1, kB), keys::DueBefore(kA, 2));
  EXPECT_LT(keys::Closing(1, kB), keys::ClosingsBefore(2));
}

}  // namespace
}  // namespace nwd::referral
