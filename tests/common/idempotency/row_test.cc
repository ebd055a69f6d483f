#include "common/idempotency/row.h"

#include <gtest/gtest.h>

#include "absl/strings/escaping.h"

namespace nwd::idempotency {
namespace {

const std::string kId = "0123456789abcdef";

TEST(Row, KeysAreTheseBytes) {
  EXPECT_EQ(RowKey(kId), "I0123456789abcdef");
  EXPECT_EQ(TimeKey(0x0102030405060708, kId),
            "J\x01\x02\x03\x04\x05\x06\x07\x08"
            "0123456789abcdef");
}

TEST(Row, TimeKeysSortByTimeAndReadBack) {
  EXPECT_LT(TimeKey(255, kId), TimeKey(256, kId));
  EXPECT_LT(TimeKey(255, kId), TimeKeysEnd(256));
  EXPECT_GT(TimeKey(256, kId), TimeKeysEnd(256));
  uint64_t micros = 0;
  std::string_view id;
  const std::string key = TimeKey(1234567, kId);
  ASSERT_TRUE(ReadTimeKey(key, &micros, &id));
  EXPECT_EQ(micros, 1234567u);
  EXPECT_EQ(id, kId);
  EXPECT_FALSE(ReadTimeKey(key + "x", &micros, &id));
}

TEST(Row, IsTheseBytesAndReadsBack) {
  const Row row{0x0102030405060708, std::string(32, 'h'), "response"};
  const std::string bytes = EncodeRow(row);
  EXPECT_EQ(absl::BytesToHexString(bytes),
            "010102030405060708"
            "6868686868686868686868686868686868686868686868686868686868686868"
            "726573706f6e7365");
  const std::optional<Row> read = DecodeRow(bytes);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->kept_until_micros, row.kept_until_micros);
  EXPECT_EQ(read->body_hash, row.body_hash);
  EXPECT_EQ(read->response, row.response);
  EXPECT_EQ(DecodeRow(EncodeRow({1, std::string(32, 'h'), ""}))->response, "");
}

TEST(Row, CutShortOrOfAnotherFormatIsNone) {
  const std::string bytes = EncodeRow({1, std::string(32, 'h'), ""});
  for (size_t length = 0; length < bytes.size(); ++length)
    EXPECT_FALSE(DecodeRow(bytes.substr(0, length)).has_value()) << length;
  EXPECT_FALSE(DecodeRow("\x02" + bytes.substr(1)).has_value());
}

}  // namespace
}  // namespace nwd::idempotency
