#include "common/outbox/entry.h"

#include <gtest/gtest.h>

#include "absl/strings/escaping.h"
#include "common/base/strings.h"

namespace nwd::outbox {
namespace {

constexpr char kTraceId[] = "4bf92f3577b34da6a3ce929d0e0e4736";

TEST(OutboxEntry, KeysAreTheseBytes) {
  EXPECT_EQ(WaitingKey("id"), "Owid");
  EXPECT_EQ(AsideKey("id"), "Oxid");
  EXPECT_EQ(IdOf("Owid"), "id");
  EXPECT_EQ(WaitingPrefix(), "Ow");
  EXPECT_EQ(WaitingPrefix("g"), std::string("Owg\0", 4));
  const EntryId id = MakeId("g", 0x0102);
  EXPECT_EQ(id.substr(0, 10), std::string("g\0\0\0\0\0\0\0\x01\x02", 10));
  EXPECT_EQ(id.size(), 18u);
}

TEST(OutboxEntry, IdsReadBackAndDiffer) {
  const EntryId id = MakeId("referral-1", 7);
  std::string_view group;
  uint64_t number = 0;
  ASSERT_TRUE(ReadId(id, &group, &number));
  EXPECT_EQ(group, "referral-1");
  EXPECT_EQ(number, 7u);
  EXPECT_NE(MakeId("referral-1", 7), id);
  EXPECT_FALSE(ReadId(id.substr(0, id.size() - 1), &group, &number));
  EXPECT_FALSE(ReadId("no id", &group, &number));
}

TEST(OutboxEntry, KeysOfAGroupSortByNumberAndBeforeTheNextGroup) {
  EXPECT_LT(WaitingKey(MakeId("a", 255)), WaitingKey(MakeId("a", 256)));
  EXPECT_LT(WaitingKey(MakeId("a", ~uint64_t{0})), AfterGroup("a"));
  EXPECT_LE(AfterGroup("a"), WaitingKey(MakeId("a\x01", 1)));
  EXPECT_LT(AfterGroup("a"), WaitingKey(MakeId("ab", 1)));
}

TEST(OutboxEntry, ValuesAreTheseBytesAndReadBack) {
  const std::string bytes = EncodeWaiting({0x0102, "open", {"payload", kTraceId}});
  EXPECT_EQ(absl::BytesToHexString(bytes), Cat("02"
                                               "0000000000000102"
                                               "6f70656e00",
                                               kTraceId, "7061796c6f6164"));
  const std::optional<Entry> entry = DecodeWaiting(bytes);
  ASSERT_TRUE(entry.has_value());
  EXPECT_EQ(entry->added_micros, 0x0102u);
  EXPECT_EQ(entry->kind, "open");
  EXPECT_EQ(entry->delivery.payload, "payload");
  EXPECT_EQ(entry->delivery.trace_id, kTraceId);
  const std::string aside = EncodeAside(absl::StatusCode::kPermissionDenied, bytes);
  EXPECT_EQ(absl::BytesToHexString(aside), Cat("03"
                                               "07"
                                               "02"
                                               "0000000000000102"
                                               "6f70656e00",
                                               kTraceId, "7061796c6f6164"));
  EXPECT_EQ(DecodeAsideCode(aside), absl::StatusCode::kPermissionDenied);
  for (size_t length = 0; length < 30; ++length)
    EXPECT_FALSE(DecodeWaiting(bytes.substr(0, length)).has_value()) << length;
  EXPECT_FALSE(DecodeAsideCode("").has_value());
}

TEST(OutboxEntry, WhatNoCallCausedHasNoTraceNorHasWhatIsNone) {
  for (const char* none : {"", "4bf92f35", "zzf92f3577b34da6a3ce929d0e0e4736"}) {
    const std::optional<Entry> entry = DecodeWaiting(EncodeWaiting({1, "open", {"payload", none}}));
    ASSERT_TRUE(entry.has_value());
    EXPECT_EQ(entry->delivery.trace_id, "");
    EXPECT_EQ(entry->delivery.payload, "payload");
  }
}

TEST(OutboxEntry, RowsOfBeforeTracesWereKeptReadAsTheyDid) {
  const std::string bytes = absl::HexStringToBytes(
      "01"
      "0000000000000102"
      "6f70656e00"
      "7061796c6f6164");
  const std::optional<Entry> entry = DecodeWaiting(bytes);
  ASSERT_TRUE(entry.has_value());
  EXPECT_EQ(entry->kind, "open");
  EXPECT_EQ(entry->delivery.payload, "payload");
  EXPECT_EQ(entry->delivery.trace_id, "");
}

TEST(OutboxEntry, WhatWasSetAsideReadsBackWhateverItWas) {
  for (const std::string& waited : {std::string("\x01 old"), std::string("\x63 of a later version"), std::string()}) {
    const std::string aside = EncodeAside(absl::StatusCode::kFailedPrecondition, waited);
    EXPECT_EQ(DecodeAsideCode(aside), absl::StatusCode::kFailedPrecondition) << waited;
    EXPECT_EQ(aside.substr(2), waited) << "nothing of it is lost";
  }
  for (const char* before : {"0107", "0207"}) {
    const std::string bytes = absl::HexStringToBytes(Cat(before, "0000000000000102", "6f70656e00"));
    EXPECT_EQ(DecodeAsideCode(bytes), absl::StatusCode::kPermissionDenied) << "as it was written before";
  }
  EXPECT_FALSE(DecodeAsideCode(absl::HexStringToBytes("6307")).has_value());
}

}  // namespace
}  // namespace nwd::outbox
