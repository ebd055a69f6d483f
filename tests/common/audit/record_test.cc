#include "common/audit/record.h"

#include <gtest/gtest.h>

#include "absl/strings/escaping.h"
#include "common/crypto/hmac.h"

namespace nwd::audit {
namespace {

const std::string kCommitmentKey(32, 'k');
constexpr char kPersonId[] = "3f0c2c1e-8a4b-4c2d-9d57-0d1f2b3c4d5e";

std::string Hex(std::string_view bytes) {
  return absl::BytesToHexString(absl::string_view(bytes.data(), bytes.size()));
}

TEST(AuditEntry, IsTheseBytesForEver) {
  // 2026-03-02T09:15:07Z is within the ten minutes that begin at 09:10:00Z, 1772442600.
  const absl::Time now = absl::FromUnixSeconds(1'772'442'907);
  const std::string entry = EncodeEntry("consent.withdrawn", now, Commitment(kCommitmentKey, "detail"));
  EXPECT_EQ(Hex(entry),
            "01"
            "11"
            "636f6e73656e742e77697468647261776e"
            "0000000069a553e8"
            "4f2a833d33e1cfc139f5c4e4247b478b476c2a7145049e2d1eaaa10ce5e6266d");
  EXPECT_EQ(entry.size(), 42 + std::string("consent.withdrawn").size());
}

TEST(AuditEntry, ReadsBack) {
  const crypto::Digest commitment = Commitment(kCommitmentKey, "detail");
  const std::string bytes = EncodeEntry("record.disclosed", absl::FromUnixSeconds(1'772'442'599), commitment);
  const std::optional<Entry> entry = DecodeEntry(bytes);
  ASSERT_TRUE(entry.has_value());
  EXPECT_EQ(entry->type, "record.disclosed");
  EXPECT_EQ(entry->time_bucket, absl::FromUnixSeconds(1'772'442'000));
  EXPECT_EQ(entry->commitment, commitment);
}

TEST(AuditEntry, CutShortLongerOrOfAnotherFormatIsNone) {
  const std::string bytes = EncodeEntry("a.b", absl::UnixEpoch(), Commitment(kCommitmentKey, "detail"));
  ASSERT_TRUE(DecodeEntry(bytes).has_value());
  for (size_t length = 0; length < bytes.size(); ++length)
    EXPECT_FALSE(DecodeEntry(bytes.substr(0, length)).has_value()) << length;
  EXPECT_FALSE(DecodeEntry(bytes + "x").has_value());
  EXPECT_FALSE(DecodeEntry("\x02" + bytes.substr(1)).has_value());
  std::string off_the_bucket = bytes;
  off_the_bucket[2 + 3 + 7] = 1;
  EXPECT_FALSE(DecodeEntry(off_the_bucket).has_value());
}

TEST(AuditEntry, TypesAreThingDotVerb) {
  for (const char* type : {"consent.withdrawn", "a.b", "record.section_put", "x-1.y-2.z"})
    EXPECT_TRUE(IsType(type)) << type;
  for (const std::string& type :
       {std::string(), std::string("consent"), std::string(".a"), std::string("a."), std::string("a..b"),
        std::string("A.b"), std::string("a b.c"), "a." + std::string(63, 'b')}) {
    EXPECT_FALSE(IsType(type)) << type;
  }
}

TEST(AuditRecord, IsTheseBytesForEver) {
  EXPECT_EQ(Hex(EncodeRecord({"entry", *ids::Uuid::Parse(kPersonId), "sealed"})),
            "01"
            "0005"
            "656e747279"
            "3f0c2c1e8a4b4c2d9d570d1f2b3c4d5e"
            "7365616c6564");
}

TEST(AuditRecord, ReadsBack) {
  const std::string long_entry(300, 'e');
  const std::string bytes = EncodeRecord({long_entry, *ids::Uuid::Parse(kPersonId), "sealed"});
  const std::optional<Record> record = DecodeRecord(bytes);
  ASSERT_TRUE(record.has_value());
  EXPECT_EQ(record->entry, long_entry);
  EXPECT_EQ(record->person_id.ToString(), kPersonId);
  EXPECT_EQ(record->sealed, "sealed");
  for (const size_t length : {0, 1, 2, 3, 100, 318})
    EXPECT_FALSE(DecodeRecord(bytes.substr(0, length)).has_value()) << length;
}

TEST(AuditDetail, OpensOnlyBesideItsEntryAndPersonAndUnderItsKey) {
  const crypto::AeadKey key(std::string(32, 'p'));
  const ids::Uuid person = *ids::Uuid::Parse(kPersonId);
  const std::string entry = EncodeEntry("a.b", absl::UnixEpoch(), Commitment(kCommitmentKey, "detail"));
  const std::string sealed = SealDetail(key, person, entry, kCommitmentKey, "detail");

  const absl::StatusOr<Detail> opened = OpenDetail(key, {entry, person, sealed});
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(opened->k, kCommitmentKey);
  EXPECT_EQ(opened->detail, "detail");

  const std::string other_entry = EncodeEntry("a.c", absl::UnixEpoch(), Commitment(kCommitmentKey, "detail"));
  EXPECT_EQ(OpenDetail(key, {other_entry, person, sealed}).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(OpenDetail(key, {entry, ids::Uuid(), sealed}).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(OpenDetail(crypto::AeadKey(std::string(32, 'q')), {entry, person, sealed}).status().code(),
            absl::StatusCode::kDataLoss);
}

TEST(AuditDetail, TheCommitmentIsHmacSha256) {
  for (const std::string& detail : {std::string(), std::string("detail"), std::string(1000, 'x')}) {
    EXPECT_EQ(Commitment(kCommitmentKey, detail), crypto::HmacKey(kCommitmentKey).Compute(detail));
  }
}

TEST(AuditDetail, ACommitmentToAnotherDetailIsFound) {
  const crypto::AeadKey key(std::string(32, 'p'));
  const std::string entry = EncodeEntry("a.b", absl::UnixEpoch(), Commitment(kCommitmentKey, "detail"));
  const std::string sealed = SealDetail(key, ids::Uuid(), entry, kCommitmentKey, "another");
  EXPECT_EQ(OpenDetail(key, {entry, ids::Uuid(), sealed}).status().code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace nwd::audit
